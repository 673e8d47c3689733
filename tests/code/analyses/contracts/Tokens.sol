// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts-5/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20Votes.sol";
import {ERC20Burnable} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20FlashMint} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20FlashMint.sol";
import {ERC20Pausable} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20Pausable.sol";
import {ERC20Wrapper} from "@openzeppelin/contracts-5/token/ERC20/extensions/ERC20Wrapper.sol";
import {IERC20} from "@openzeppelin/contracts-5/token/ERC20/IERC20.sol";
import {ERC721} from "@openzeppelin/contracts-5/token/ERC721/ERC721.sol";
import {Nonces} from "@openzeppelin/contracts-5/utils/Nonces.sol";
import {Ownable} from "@openzeppelin/contracts-5/access/Ownable.sol";
import {AccessControl} from "@openzeppelin/contracts-5/access/AccessControl.sol";
import {MerkleProof} from "@openzeppelin/contracts-5/utils/cryptography/MerkleProof.sol";
import {ECDSA} from "@openzeppelin/contracts-5/utils/cryptography/ECDSA.sol";

contract FixedVotes is ERC20, ERC20Permit, ERC20Votes {
    constructor() ERC20("Fixed", "FIX") ERC20Permit("Fixed") {
        _mint(msg.sender, 1e24);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}

contract OpenMint is ERC20("Open", "OPN") {
    function claim() external {
        _mint(msg.sender, 1e18);
    }
}

contract OwnerMint is ERC20("Owned", "OWN"), Ownable(msg.sender) {
    function issue(address to, uint256 value) external onlyOwner {
        _mint(to, value);
    }
}

contract RoleMint is ERC20("Role", "ROL"), AccessControl, ERC20Pausable, ERC20Burnable {
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    function issue(address to, uint256 value) external onlyRole(MINTER_ROLE) {
        _mint(to, value);
    }

    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    function unpause() external onlyRole(PAUSER_ROLE) {
        _unpause();
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Pausable) {
        super._update(from, to, value);
    }
}

contract PayableMint is ERC20("Paid", "PAY") {
    function buy() external payable {
        require(msg.value >= 0.1 ether, "price");
        _mint(msg.sender, 1e18);
    }
}

contract MerkleMint is ERC20("Merkle", "MRK") {
    bytes32 public immutable root;
    mapping(address => bool) public claimed;

    constructor(bytes32 root_) {
        root = root_;
    }

    function claim(bytes32[] calldata proof) external {
        require(MerkleProof.verify(proof, root, keccak256(abi.encode(msg.sender))), "not on the list");
        require(!claimed[msg.sender], "claimed");
        claimed[msg.sender] = true;
        _mint(msg.sender, 1e18);
    }
}

contract CouponMint is ERC20("Coupon", "CPN") {
    address public immutable signer;

    constructor(address signer_) {
        signer = signer_;
    }

    function redeemCoupon(bytes calldata signature) external {
        require(ECDSA.recover(keccak256(abi.encode(msg.sender)), signature) == signer, "coupon");
        _mint(msg.sender, 1e18);
    }
}

contract Wrapped is ERC20("Wrapped", "WRP"), ERC20Wrapper {
    constructor(IERC20 underlying_) ERC20Wrapper(underlying_) {}

    function decimals() public pure override(ERC20, ERC20Wrapper) returns (uint8) {
        return 18;
    }
}

contract FlashMintable is ERC20("Flash", "FLA"), ERC20FlashMint {}

contract BlockList is ERC20("Blocked", "BLK"), Ownable(msg.sender) {
    mapping(address => bool) public blocked;

    function setBlocked(address account, bool value) external onlyOwner {
        blocked[account] = value;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!blocked[from] && !blocked[to], "blocked");
        super._update(from, to, value);
    }
}

contract ForcedTransfer is ERC20("Forced", "FRC"), Ownable(msg.sender) {
    function seize(address from, address to, uint256 value) external onlyOwner {
        _transfer(from, to, value);
    }
}

contract Soulbound is ERC721("Badge", "BDG"), Ownable(msg.sender) {
    function award(address to, uint256 id) external onlyOwner {
        _mint(to, id);
    }

    function revoke(uint256 id) external onlyOwner {
        _burn(id);
    }

    function _update(address to, uint256 id, address auth) internal override returns (address from) {
        from = super._update(to, id, auth);
        require(from == address(0) || to == address(0), "not transferable");
    }
}

contract FreeNft is ERC721("Free", "FRE") {
    uint256 private _next;

    function join() external {
        _safeMint(msg.sender, ++_next);
    }
}

contract AllowListed is ERC20("Listed", "LST"), Ownable(msg.sender) {
    mapping(address => bool) public allowed;

    function setListed(address account, bool value) external onlyOwner {
        allowed[account] = value;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        require(allowed[to], "not on the list");
        return super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        require(allowed[to], "not on the list");
        return super.transferFrom(from, to, value);
    }
}
