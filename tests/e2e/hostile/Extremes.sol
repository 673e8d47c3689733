// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// A proxy (EIP-1967) in front of whatever it is given.
contract Front {
    bytes32 private constant SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    constructor(address logic) {
        assembly {
            sstore(SLOT, logic)
        }
    }

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), sload(SLOT), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch done
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}

/// Refuses every call.
contract Refusing {
    fallback() external payable {
        revert("no");
    }
}

/// Burns all gas of every call, by the invalid instruction.
contract Burning {
    fallback() external payable {
        assembly {
            invalid()
        }
    }
}
