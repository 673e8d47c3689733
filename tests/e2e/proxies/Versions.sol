// SPDX-License-Identifier: MIT
pragma solidity ^0.4.24;

contract Ledger {
    address internal logic;
    address internal keeper;
}

/// A proxy that shares its first variables with its implementations on purpose.
contract LedgerProxy is Ledger {
    event NewImplementation(address oldImplementation, address newImplementation);

    constructor(address first) public {
        keeper = msg.sender;
        _set(first);
    }

    function change(address next) external {
        require(msg.sender == keeper, "keeper");
        _set(next);
    }

    function admin() external view returns (address) {
        return keeper;
    }

    function implementation() external view returns (address) {
        return logic;
    }

    function() external payable {
        address target = logic;
        assembly {
            calldatacopy(0, 0, calldatasize)
            let done := delegatecall(gas, target, 0, calldatasize, 0, 0)
            returndatacopy(0, 0, returndatasize)
            if iszero(done) { revert(0, returndatasize) }
            return(0, returndatasize)
        }
    }

    function _set(address next) private {
        emit NewImplementation(logic, next);
        logic = next;
    }
}

contract First is Ledger {
    uint128 internal paid;
    uint128 internal owed;
    mapping(address => uint256) internal balances;

    function pay() external payable {
        paid += uint128(msg.value);
    }
}

/// The same, with a name that says more, and a variable at the end.
contract Second is Ledger {
    uint128 internal paidIn;
    uint128 internal owed;
    mapping(address => uint256) internal balances;
    uint256 internal added;

    function pay() external payable {
        paidIn += uint128(msg.value);
    }
}

/// A variable in front of the others: all of them move.
contract Third is Ledger {
    uint256 internal closedSince;
    uint128 internal paidIn;
    uint128 internal owed;
    mapping(address => uint256) internal balances;

    function pay() external payable {
        require(closedSince == 0, "closed");
        paidIn += uint128(msg.value);
    }
}

/// An implementation that was not written for this proxy: its flag lies where the proxy keeps its target.
contract Stranger {
    bool internal initialized;
    address internal owner;

    function initialize(address to) external {
        require(!initialized, "again");
        initialized = true;
        owner = to;
    }
}
