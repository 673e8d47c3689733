// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.0;

import {Governor, IGovernor} from "@openzeppelin/contracts-4/governance/Governor.sol";
import {GovernorCompatibilityBravo, IERC165} from "@openzeppelin/contracts-4/governance/compatibility/GovernorCompatibilityBravo.sol";
import {GovernorSettings} from "@openzeppelin/contracts-4/governance/extensions/GovernorSettings.sol";
import {GovernorVotes, IVotes} from "@openzeppelin/contracts-4/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts-4/governance/extensions/GovernorVotesQuorumFraction.sol";
import {GovernorTimelockCompound, ICompoundTimelock} from "@openzeppelin/contracts-4/governance/extensions/GovernorTimelockCompound.sol";
import {TimelockController} from "@openzeppelin/contracts-4/governance/TimelockController.sol";
import {ERC20PresetMinterPauser} from "@openzeppelin/contracts-4/token/ERC20/presets/ERC20PresetMinterPauser.sol";
import {ERC20, ERC20Permit, ERC20Votes} from "@openzeppelin/contracts-4/token/ERC20/extensions/ERC20Votes.sol";
import {EIP712, ERC721, ERC721Votes} from "@openzeppelin/contracts-4/token/ERC721/extensions/ERC721Votes.sol";
import {Ownable} from "@openzeppelin/contracts-4/access/Ownable.sol";

contract Four is
    Governor,
    GovernorSettings,
    GovernorCompatibilityBravo,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockCompound
{
    constructor(IVotes token, ICompoundTimelock timelock)
        Governor("Four")
        GovernorSettings(1, 45818, 1e18)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(4)
        GovernorTimelockCompound(timelock)
    {}

    function state(uint256 id)
        public
        view
        override(Governor, IGovernor, GovernorTimelockCompound)
        returns (ProposalState)
    {
        return super.state(id);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function propose(address[] memory t, uint256[] memory v, bytes[] memory c, string memory d)
        public
        override(Governor, IGovernor, GovernorCompatibilityBravo)
        returns (uint256)
    {
        return super.propose(t, v, c, d);
    }

    function cancel(address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 d)
        public
        override(Governor, IGovernor, GovernorCompatibilityBravo)
        returns (uint256)
    {
        return super.cancel(t, v, c, d);
    }

    function _execute(uint256 id, address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 d)
        internal
        override(Governor, GovernorTimelockCompound)
    {
        super._execute(id, t, v, c, d);
    }

    function _cancel(address[] memory t, uint256[] memory v, bytes[] memory c, bytes32 d)
        internal
        override(Governor, GovernorTimelockCompound)
        returns (uint256)
    {
        return super._cancel(t, v, c, d);
    }

    function _executor() internal view override(Governor, GovernorTimelockCompound) returns (address) {
        return super._executor();
    }

    function supportsInterface(bytes4 id)
        public
        view
        override(Governor, IERC165, GovernorTimelockCompound)
        returns (bool)
    {
        return super.supportsInterface(id);
    }
}

contract FourVotes is ERC20Votes, Ownable {
    constructor() ERC20("Four", "FOUR") ERC20Permit("Four") {}

    function mint(address to, uint256 value) external onlyOwner {
        _mint(to, value);
    }
}

contract FourNft is ERC721Votes, Ownable {
    constructor() ERC721("Four", "FOUR") EIP712("Four", "1") {}

    function safeMint(address to, uint256 id) external onlyOwner {
        _safeMint(to, id);
    }
}
