// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

/// A keeper sets what each member's vote weighs, also at nothing.
contract Weighed {
    mapping(address => uint256) public weights;
    mapping(uint256 => uint256) public votesFor;
    mapping(uint256 => mapping(address => bool)) public voted;
    address public keeper = msg.sender;

    function voteFor(uint256 id) external {
        uint256 weight = weights[msg.sender];
        require(weight > 0, "member");
        require(!voted[id][msg.sender], "voted");
        voted[id][msg.sender] = true;
        votesFor[id] += weight;
    }

    function setWeight(address member, uint256 weight) external virtual {
        require(msg.sender == keeper, "keeper");
        weights[member] = weight;
    }
}

/// The same, where a vote that was given keeps some weight.
contract Kept is Weighed {
    function setWeight(address member, uint256 weight) external override {
        require(msg.sender == keeper, "keeper");
        require(weight > 0, "nothing");
        weights[member] = weight;
    }
}

/// The same, where members set their own.
contract Own is Weighed {
    function setWeight(address member, uint256 weight) external override {
        require(member == msg.sender, "your own");
        weights[msg.sender] = weight;
    }
}
