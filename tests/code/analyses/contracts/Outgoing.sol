// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts-5/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts-5/token/ERC20/utils/SafeERC20.sol";

interface IQueue {
    function schedule(address target, uint256 value, bytes calldata data) external;

    function poke(uint256 price) external;
}

contract Purse {
    using SafeERC20 for IERC20;

    address public keeper = msg.sender;
    address payable public immutable home = payable(msg.sender);
    address payable public heir;
    IERC20 public token;
    IQueue public queue;

    modifier kept() {
        require(msg.sender == keeper);
        _;
    }

    function payOut(address payable to, uint256 amount) external kept {
        to.transfer(amount);
    }

    function payMe(uint256 amount) external kept {
        token.safeTransfer(msg.sender, amount);
    }

    function payHeir(uint256 amount) external kept {
        heir.transfer(amount);
    }

    function setHeir(address payable heir_) external kept {
        heir = heir_;
    }

    function sendHome(uint256 amount) external kept {
        (bool done,) = home.call{value: amount}("");
        require(done);
    }

    function allow(address spender, uint256 amount) external kept {
        token.approve(spender, amount);
    }

    function pull(uint256 amount) external kept {
        token.transferFrom(msg.sender, address(this), amount);
    }

    function run(address target, bytes calldata data) external kept {
        (bool done,) = target.call(data);
        require(done);
    }

    function order(address target, bytes calldata data) external kept {
        queue.schedule(target, 0, data);
    }

    function poke(uint256 price) external kept {
        queue.poke(price);
    }

    function handOver(address keeper_) external kept {
        keeper = keeper_;
    }
}
