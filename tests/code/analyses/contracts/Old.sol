// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.5.17;

/// The compiler hands this assembly on as text: what it delegates to cannot be told.
contract TextAssembly {
    function run(address target) external {
        assembly {
            let ok := delegatecall(gas, target, 0, 0, 0, 0)
            if iszero(ok) { revert(0, 0) }
        }
    }
}

library Sums {
    function plus(uint256 a, uint256 b) internal pure returns (uint256 c) {
        c = a + b;
        require(c >= a, "overflow");
    }

    function minus(uint256 a, uint256 b) internal pure returns (uint256) {
        require(b <= a, "underflow");
        return a - b;
    }
}

/// Sums through a library, as code before 0.8 makes them.
contract OldToken {
    using Sums for uint256;

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;
    address public minter = msg.sender;

    function mint(address to, uint256 value) external {
        require(msg.sender == minter, "minter");
        totalSupply = totalSupply.plus(value);
        balanceOf[to] = balanceOf[to].plus(value);
    }

    function approve(address spender, uint256 value) external {
        allowance[msg.sender][spender] = value;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] = balanceOf[msg.sender].minus(value);
        balanceOf[to] = balanceOf[to].plus(value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        if (allowance[from][msg.sender] != uint256(-1)) {
            allowance[from][msg.sender] = allowance[from][msg.sender].minus(value);
        }
        balanceOf[from] = balanceOf[from].minus(value);
        balanceOf[to] = balanceOf[to].plus(value);
    }
}
