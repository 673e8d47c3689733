// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {ERC20Wrapper} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Wrapper.sol";
import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

contract Coin is ERC20("Coin", "COIN"), Ownable {
    constructor(address owner_) Ownable(owner_) {
        _mint(msg.sender, 10_000);
    }
}

contract Lock is TimelockController {
    constructor(address[] memory who) TimelockController(2 days, who, who, address(0)) {}
}

contract Vault is ERC4626 {
    constructor(IERC20 coin) ERC20("Vault", "vCOIN") ERC4626(coin) {}
}

contract Wrapped is ERC20Wrapper {
    constructor(IERC20 coin) ERC20("Wrapped", "wCOIN") ERC20Wrapper(coin) {}
}

contract Vesting is VestingWallet {
    constructor(address who) VestingWallet(who, uint64(block.timestamp), 730 days) {}
}

/// @title Registers pools as Uniswap's factories of v2 and v3 answer for them; it makes none and prices nothing.
contract Factory {
    mapping(address => mapping(address => address)) public getPair;
    mapping(address => mapping(address => mapping(uint24 => address))) public getPool;

    function setPair(address pair) external {
        getPair[Pair(pair).token0()][Pair(pair).token1()] = pair;
    }

    function setPool(address pool) external {
        getPool[Pool(pool).token0()][Pool(pool).token1()][Pool(pool).fee()] = pool;
    }
}

contract Pair {
    address public immutable factory;
    address public immutable token0;
    address public immutable token1;
    uint112 private _reserve;

    constructor(address factory_, address coin) {
        (factory, token0, token1) = (factory_, coin, address(this));
    }

    function sync() external {
        _reserve = uint112(IERC20(token0).balanceOf(address(this)));
    }

    function getReserves() external view returns (uint112, uint112, uint32) {
        return (_reserve, 1, uint32(block.timestamp));
    }
}

contract Pool {
    address public immutable factory;
    address public immutable token0;
    address public immutable token1;
    uint24 public constant fee = 3_000;
    uint128 public constant liquidity = 77;

    constructor(address factory_, address coin) {
        (factory, token0, token1) = (factory_, address(this), coin);
    }

    function slot0() external pure returns (uint160, int24, uint16, uint16, uint16, uint8, bool) {
        return (1 << 96, -5, 0, 1, 1, 0, true);
    }
}

/// @title Says that it is a vault of the coin, and that one unit of what it holds belongs to its users.
contract EmptyVault {
    address public immutable asset;
    uint256 public constant totalAssets = 1;
    uint256 public constant totalSupply = 1;

    constructor(address coin) {
        asset = coin;
    }
}

/// @title Gives every question the same answer.
contract Parrot {
    address private immutable _coin;

    constructor(address coin) {
        _coin = coin;
    }

    fallback() external {
        address coin = _coin;
        assembly {
            mstore(0, coin)
            mstore(32, coin)
            mstore(64, coin)
            return(0, 96)
        }
    }
}

/// @title Tells its users' locks as Curve's VotingEscrow does; votes are left out.
contract Escrow {
    address public immutable token;
    uint256 public supply;
    uint256 public constant epoch = 3;

    constructor(address coin) {
        token = coin;
    }

    function create_lock(uint256 amount, uint256) external {
        supply += amount;
        IERC20(token).transferFrom(msg.sender, address(this), amount);
    }
}

/// @title Tells its users' stakes as StakingRewards does; rewards are left out.
contract Stakes {
    address public immutable stakingToken;
    uint256 public totalSupply;

    constructor(address coin) {
        stakingToken = coin;
    }

    function stake(uint256 amount) external {
        totalSupply += amount;
        IERC20(stakingToken).transferFrom(msg.sender, address(this), amount);
    }
}

/// @title Answers as a Safe does, one of three; its code is another.
contract NoSafe {
    address private _singleton;
    uint256 private _modules;
    uint256 private _owners;
    uint256 private _count = 3;
    uint256 public getThreshold = 1;

    constructor(address singleton) {
        _singleton = singleton;
    }

    function masterCopy() external view returns (address) {
        return _singleton;
    }
}

/// @title Holds units and says nothing.
contract Mute {}
