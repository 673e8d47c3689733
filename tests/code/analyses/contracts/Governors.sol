// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.24;

import {Governor} from "@openzeppelin/contracts-5/governance/Governor.sol";
import {GovernorSettings} from "@openzeppelin/contracts-5/governance/extensions/GovernorSettings.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts-5/governance/extensions/GovernorCountingSimple.sol";
import {GovernorVotes, IVotes} from "@openzeppelin/contracts-5/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts-5/governance/extensions/GovernorVotesQuorumFraction.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts-5/governance/extensions/GovernorTimelockControl.sol";
import {TimelockController} from "@openzeppelin/contracts-5/governance/TimelockController.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-5/proxy/utils/UUPSUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts-5/proxy/utils/Initializable.sol";
import {AccessManaged} from "@openzeppelin/contracts-5/access/manager/AccessManaged.sol";

contract Five is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    constructor(IVotes token, TimelockController timelock)
        Governor("Five")
        GovernorSettings(1 days, 1 weeks, 1e18)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(4)
        GovernorTimelockControl(timelock)
    {}

    function state(uint256 id) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(id);
    }

    function proposalNeedsQueuing(uint256 id)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(id);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _queueOperations(uint256 id, address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 d)
        internal
        override(Governor, GovernorTimelockControl)
        returns (uint48)
    {
        return super._queueOperations(id, t, v, c, d);
    }

    function _executeOperations(uint256 id, address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 d)
        internal
        override(Governor, GovernorTimelockControl)
    {
        super._executeOperations(id, t, v, c, d);
    }

    function _cancel(address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 d)
        internal
        override(Governor, GovernorTimelockControl)
        returns (uint256)
    {
        return super._cancel(t, v, c, d);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}

/// Upgradeable, managed from outside, its units given out once.
contract Managed is Initializable, UUPSUpgradeable, AccessManaged {
    mapping(address => uint256) public balanceOf;
    uint256 public totalSupply;

    constructor(address manager) AccessManaged(manager) {}

    function initialize(address first) external initializer {
        balanceOf[first] += 1e24;
        totalSupply += 1e24;
    }

    function tune(uint256 x) external restricted {
        totalSupply = x;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
    }

    function _authorizeUpgrade(address) internal override restricted {}
}
