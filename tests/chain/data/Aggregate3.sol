// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.28;

/// The one function of Multicall3 that is used, written for the tests: the same interface, another body.
contract Aggregate3 {
    struct Call {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Outcome {
        bool success;
        bytes returnData;
    }

    function aggregate3(Call[] calldata calls) external payable returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, bytes memory data) = calls[i].target.call(calls[i].callData);
            require(success || calls[i].allowFailure, "call failed");
            outcomes[i] = Outcome(success, data);
        }
    }
}
