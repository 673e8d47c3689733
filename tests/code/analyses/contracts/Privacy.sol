// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

interface IVerifier {
    function verifyProof(bytes calldata proof, uint256[2] calldata inputs) external view returns (bool);
}

interface ISemaphoreLike {
    struct SemaphoreProof {
        uint256 merkleTreeDepth;
        uint256 merkleTreeRoot;
        uint256 nullifier;
        uint256 message;
        uint256 scope;
        uint256[8] points;
    }

    function validateProof(uint256 groupId, SemaphoreProof calldata proof) external;
}

contract Announcer {
    event Announcement(
        uint256 indexed schemeId,
        address indexed stealthAddress,
        address indexed caller,
        bytes ephemeralPubKey,
        bytes metadata
    );

    function announce(uint256 schemeId, address stealth, bytes memory key, bytes memory metadata) external {
        emit Announcement(schemeId, stealth, msg.sender, key, metadata);
    }
}

contract Board {
    event Posted(address indexed author, string text);

    function post(string calldata text) external {
        emit Posted(msg.sender, text);
    }
}

/// Says in its log what came in: a hook that tokens call, and no place to write to.
contract Keeper {
    event ReceiveERC721(address token, address operator, address from, uint256 id, bytes data);

    function onERC721Received(address operator, address from, uint256 id, bytes calldata data)
        external
        returns (bytes4)
    {
        emit ReceiveERC721(msg.sender, operator, from, id, data);
        return this.onERC721Received.selector;
    }
}

contract EditorBoard {
    event Posted(address indexed author, string text);
    address public immutable editor = msg.sender;

    function post(string calldata text) external {
        require(msg.sender == editor, "editor");
        emit Posted(msg.sender, text);
    }
}

contract StoredNotes {
    event Noted(string text);
    string public last;

    function note(string calldata text) external {
        last = text;
        emit Noted(text);
    }
}

/// Shares its selector deposit(uint256) with privacy pools and is an ordinary vault.
contract Vault {
    mapping(address => uint256) public balanceOf;
    uint256 public totalSupply;

    function deposit(uint256 amount) external payable {
        require(msg.value == amount, "amount");
        balanceOf[msg.sender] += amount;
        totalSupply += amount;
    }

    function withdraw(uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        totalSupply -= amount;
        payable(msg.sender).transfer(amount);
    }
}

/// Notes of one size go in; a proof and a fresh nullifier bring them out.
contract NotePool {
    IVerifier public immutable verifier;
    uint256 public constant SIZE = 1 ether;
    mapping(bytes32 => bool) public notes;
    mapping(bytes32 => bool) public spent;
    bytes32[] public leaves;

    constructor(IVerifier verifier_) {
        verifier = verifier_;
    }

    function put(bytes32 note) external payable {
        require(msg.value == SIZE, "size");
        require(!notes[note], "known");
        notes[note] = true;
        leaves.push(note);
    }

    function take(bytes calldata proof, bytes32 root, bytes32 nullifier, address payable to) external {
        require(!spent[nullifier], "spent");
        require(verifier.verifyProof(proof, [uint256(root), uint256(nullifier)]), "proof");
        spent[nullifier] = true;
        (bool ok, ) = to.call{value: SIZE}("");
        require(ok);
    }
}

/// A rollup's bridge checks proofs, too, and keeps no notes.
contract RollupBridge {
    IVerifier public immutable verifier;
    bytes32 public stateRoot;
    mapping(address => uint256) public balances;

    constructor(IVerifier verifier_) {
        verifier = verifier_;
    }

    function bridge() external payable {
        balances[msg.sender] += msg.value;
    }

    function advance(bytes calldata proof, bytes32 next) external {
        require(verifier.verifyProof(proof, [uint256(stateRoot), uint256(next)]), "proof");
        stateRoot = next;
    }

    function leave(uint256 amount) external {
        balances[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }
}

/// Members vote with a proof of membership: the ballot cannot be tied to the voter.
contract AnonymousVote {
    ISemaphoreLike public immutable semaphore;
    uint256 public immutable group;
    mapping(uint256 => uint256) public yes;
    mapping(uint256 => uint256) public no;

    constructor(ISemaphoreLike semaphore_, uint256 group_) {
        semaphore = semaphore_;
        group = group_;
    }

    function vote(uint256 id, bool support, ISemaphoreLike.SemaphoreProof calldata proof) external {
        require(proof.scope == id, "scope");
        semaphore.validateProof(group, proof);
        if (support) yes[id] += 1;
        else no[id] += 1;
    }
}

contract NullifierSignal {
    IVerifier public immutable verifier;
    mapping(uint256 => bool) public nullifiers;
    event Signal(uint256 signal);

    constructor(IVerifier verifier_) {
        verifier = verifier_;
    }

    function send(bytes calldata proof, uint256 nullifier, uint256 signal) external {
        require(!nullifiers[nullifier], "used");
        require(verifier.verifyProof(proof, [nullifier, signal]), "proof");
        nullifiers[nullifier] = true;
        emit Signal(signal);
    }
}

/// Like NotePool, for any amount.
contract AnyAmountPool {
    IVerifier public immutable verifier;
    mapping(uint256 => bool) public spent;
    bytes32 public last;

    constructor(IVerifier verifier_) {
        verifier = verifier_;
    }

    function put(bytes32 note) external payable {
        require(msg.value > 0, "nothing");
        last = keccak256(abi.encode(last, note, msg.value));
    }

    function take(bytes calldata proof, uint256 nullifier, uint256 amount, address payable to) external {
        require(!spent[nullifier], "spent");
        spent[nullifier] = true;
        require(verifier.verifyProof(proof, [nullifier, amount]), "proof");
        to.transfer(amount);
    }
}

/// A proof opens a claim, once: nothing was put in before by those who claim.
contract ProofDrop {
    IVerifier public immutable verifier;
    mapping(uint256 => bool) public claimed;

    constructor(IVerifier verifier_) payable {
        verifier = verifier_;
    }

    function claim(bytes calldata proof, uint256 index, address payable to) external {
        require(!claimed[index], "claimed");
        claimed[index] = true;
        require(verifier.verifyProof(proof, [index, uint256(uint160(address(to)))]), "proof");
        to.transfer(0.1 ether);
    }
}

/// The interface of a well-known pool and one of its constants, with nothing behind.
contract ClassicPool {
    uint256 public constant ZERO_VALUE = 21663839004416932945382355908790599225266501822907911457504978515578255421292;
    uint256 public denomination;
    mapping(bytes32 => bool) public nullifierHashes;
    mapping(bytes32 => bool) public commitments;

    function isKnownRoot(bytes32) external pure returns (bool) {
        return false;
    }

    function getLastRoot() external pure returns (bytes32) {
        return 0;
    }

    function isSpent(bytes32 nullifier) external view returns (bool) {
        return nullifierHashes[nullifier];
    }
}
