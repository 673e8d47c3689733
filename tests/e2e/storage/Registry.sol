// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// What both proxies run: the flag of its initializer lies in slot 0.
contract Registry {
    bool private initialized;
    bool private initializing;
    address public owner;
    mapping(address => uint256) public stake;

    function initialize(address first) external {
        require(initializing || !initialized, "already");
        initialized = true;
        owner = first;
    }

    function setStake(address who, uint256 amount) external {
        require(msg.sender == owner, "owner only");
        stake[who] = amount;
    }
}

/// Keeps its admin where the implementation keeps its flag, as the proxy of Audius did.
contract OldProxy {
    address private proxyAdmin;
    address private logic;

    constructor(address first) {
        proxyAdmin = msg.sender;
        logic = first;
    }

    function implementation() external view returns (address) {
        return logic;
    }

    function admin() external view returns (address) {
        return proxyAdmin;
    }

    function setImplementation(address next) external {
        require(msg.sender == proxyAdmin, "admin only");
        logic = next;
    }

    fallback() external payable {
        address target = logic;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch done
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}

/// The same with the slots of EIP-1967: nothing of its own in the implementation's way.
contract StandardProxy {
    bytes32 private constant LOGIC = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    bytes32 private constant ADMIN = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;

    constructor(address first) {
        assembly {
            sstore(LOGIC, first)
            sstore(ADMIN, caller())
        }
    }

    function setImplementation(address next) external {
        assembly {
            if iszero(eq(sload(ADMIN), caller())) { revert(0, 0) }
            sstore(LOGIC, next)
        }
    }

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), sload(LOGIC), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch done
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}
