// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.24;

interface IUnits {
    function transfer(address to, uint256 amount) external returns (bool);

    function transferFrom(address from, address to, uint256 amount) external returns (bool);

    function balanceOf(address who) external view returns (uint256);
}

contract Barn {
    address public owner;
    address public heir;
    address public clerk;
    bool public opened;
    uint256 public immutable until = 5;
    bool internal started;
    mapping(address => bool) internal keepers;

    modifier owned() {
        require(msg.sender == owner, "not the owner");
        _;
    }

    function begin(address owner_) external {
        require(!started);
        started = true;
        owner = owner_;
    }

    function give(address payable to, uint256 amount) external owned {
        to.transfer(amount);
    }

    function giveWhileOpen(address payable to, uint256 amount) external {
        if (!opened) require(msg.sender == owner);
        to.transfer(amount);
    }

    function giveLater(address payable to, uint256 amount) external {
        require(msg.sender == owner || block.timestamp > until);
        to.transfer(amount);
    }

    function giveMe() external {
        payable(msg.sender).transfer(1 ether);
    }

    function giveAll(address payable to) external {
        (bool done,) = to.call{value: address(this).balance}("");
        require(done);
    }

    function run(address target, bytes calldata data) external {
        (bool done,) = target.call(data);
        require(done);
    }

    function runAs(address target, bytes calldata data) external {
        require(msg.sender == clerk);
        (bool done,) = target.delegatecall(data);
        require(done);
    }

    function name(address owner_) external {
        owner = owner_;
    }

    function become() external {
        clerk = msg.sender;
    }

    function nameHeir(address heir_) external {
        heir = heir_;
    }

    function giveUp(address confirmed) external {
        require(confirmed == msg.sender);
        keepers[confirmed] = false;
    }

    function giveKept(address payable to, uint256 amount) external {
        require(keepers[msg.sender], "no keeper");
        to.transfer(amount);
    }

    function reset() external {
        owner = address(0);
    }

    function accept() external {
        require(msg.sender == heir);
        owner = msg.sender;
    }
}

contract Bank {
    IUnits public units;
    mapping(address => uint256) public deposits;
    mapping(uint256 => address) public tickets;
    mapping(bytes32 => bool) public spent;
    address public signer;
    address payable public town;

    function withdraw(uint256 amount) external {
        deposits[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }

    function withdrawAll() external {
        uint256 amount = deposits[msg.sender];
        deposits[msg.sender] = 0;
        payable(msg.sender).transfer(amount);
    }

    function release(address payable to) external {
        uint256 amount = deposits[to];
        deposits[to] = 0;
        to.transfer(amount);
    }

    function redeem(uint256 ticket) external {
        require(tickets[ticket] == msg.sender);
        delete tickets[ticket];
        payable(msg.sender).transfer(1 ether);
    }

    function claim(address payable to, uint256 amount, bytes32 digest, uint8 v, bytes32 r, bytes32 s) external {
        require(ecrecover(digest, v, r, s) == signer);
        to.transfer(amount);
    }

    function once(bytes32 leaf) external {
        require(!spent[leaf]);
        spent[leaf] = true;
        payable(msg.sender).transfer(1 ether);
    }

    function sell(address to) external payable {
        units.transfer(to, msg.value);
    }

    function swap(uint256 amount, address to) external {
        units.transferFrom(msg.sender, address(this), amount);
        units.transfer(to, amount);
    }

    function lend(address to, uint256 amount) external {
        units.transfer(to, amount);
        units.transferFrom(to, address(this), amount);
    }

    function trade(address to, uint256 amount) external {
        units.transfer(to, amount);
        require(units.balanceOf(address(this)) >= 5);
    }

    function deposit() external payable {
        deposits[msg.sender] += msg.value;
    }

    function tax() external {
        town.transfer(address(this).balance);
    }
}
