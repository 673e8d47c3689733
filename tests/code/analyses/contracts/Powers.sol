// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts-5/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts-5/utils/Nonces.sol";
import {Ownable} from "@openzeppelin/contracts-5/access/Ownable.sol";

contract Plain is ERC20, ERC20Permit, ERC20Votes {
    constructor() ERC20("Plain", "PLN") ERC20Permit("Plain") {
        _mint(msg.sender, 1e24);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}

contract Taxed is ERC20("Taxed", "TAX"), Ownable(msg.sender) {
    uint256 public rate = 100;
    address public collector = msg.sender;

    function setRate(uint256 rate_) external onlyOwner {
        require(rate_ < 1_000);
        rate = rate_;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = (value * rate) / 10_000;
        super._update(from, collector, fee);
        super._update(from, to, value - fee);
    }
}

contract FixedFee {
    mapping(address => uint256) public balanceOf;
    uint256 public totalSupply;

    function transfer(address to, uint256 value) external returns (bool) {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value - value / 100;
        balanceOf[address(0xdead)] += value / 100;
        return true;
    }
}

contract Rebasing is Ownable(msg.sender) {
    mapping(address => uint256) private parts;
    uint256 private perUnit = 1e18;
    uint256 public totalSupply;

    function balanceOf(address who) external view returns (uint256) {
        return parts[who] / perUnit;
    }

    function rebase(uint256 perUnit_) external onlyOwner {
        perUnit = perUnit_;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        parts[msg.sender] -= value * perUnit;
        parts[to] += value * perUnit;
        return true;
    }
}

contract Listing is ERC20("Listing", "LST"), Ownable(msg.sender) {
    mapping(address => bool) public blocked;

    function setBlocked(address who, bool yes) external onlyOwner {
        blocked[who] = yes;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!blocked[from] && !blocked[to]);
        super._update(from, to, value);
    }
}

contract Seizing is ERC20("Seizing", "SZG"), Ownable(msg.sender) {
    function seize(address from, address to, uint256 value) external onlyOwner {
        _transfer(from, to, value);
    }
}

contract Books {
    uint256 public entries;

    function add() external {
        entries += 1;
    }
}
