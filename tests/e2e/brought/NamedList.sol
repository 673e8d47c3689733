// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.28;

/// @notice A list with the selectors of the sanctions oracle that several chains have, for a local chain. Left out: its
/// owner, its events for every answer, and `isSanctionedVerbose`.
contract NamedList {
    mapping(address => bool) private named;

    event SanctionedAddressesAdded(address[] addrs);

    function addToSanctionsList(address[] calldata accounts) external {
        for (uint256 i = 0; i < accounts.length; i++) {
            named[accounts[i]] = true;
        }
        emit SanctionedAddressesAdded(accounts);
    }

    function isSanctioned(address account) external view returns (bool) {
        return named[account];
    }
}
