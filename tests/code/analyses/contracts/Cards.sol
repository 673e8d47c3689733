// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// @dev The holder is named by the caller and compared with the record, as solmate's ERC721 does it.
contract NamedHolder {
    mapping(uint256 id => address owner) public ownerOf;
    mapping(address owner => uint256 count) public balanceOf;
    mapping(uint256 id => address approved) public getApproved;
    mapping(address owner => mapping(address operator => bool yes)) public isApprovedForAll;

    function transferFrom(address from, address to, uint256 id) public {
        require(from == ownerOf[id], "WRONG_FROM");
        require(
            msg.sender == from || isApprovedForAll[from][msg.sender] || msg.sender == getApproved[id], "NOT_AUTHORIZED"
        );
        balanceOf[from]--;
        balanceOf[to]++;
        ownerOf[id] = to;
    }
}

/// @dev The same words, but whom the caller names is not who holds.
contract NamedStranger {
    mapping(uint256 id => address owner) public ownerOf;
    mapping(address owner => uint256 count) public balanceOf;
    mapping(uint256 id => address partner) public partners;

    function pair(uint256 id) public {
        partners[id] = msg.sender;
    }

    function transferFrom(address from, address to, uint256 id) public {
        require(from == partners[id], "WRONG_FROM");
        require(msg.sender == from, "NOT_AUTHORIZED");
        balanceOf[ownerOf[id]]--;
        balanceOf[to]++;
        ownerOf[id] = to;
    }
}
