// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

// Anonymity in words of its own, and what shares words or shapes with it and is none.

interface IVerify {
    function verifyProof(bytes calldata p, uint256[6] calldata s) external view returns (bool);
}

interface IGroth {
    function verifyProof(uint256[2] calldata a, uint256[2][2] calldata b, uint256[2] calldata c, uint256[3] calldata s) external view returns (bool);
}

interface IERC20 {
    function transfer(address, uint256) external returns (bool);
    function transferFrom(address, address, uint256) external returns (bool);
    function balanceOf(address) external view returns (uint256);
}

abstract contract Tree {
    uint32 public levels;
    mapping(uint256 => bytes32) public filled;
    mapping(uint256 => bytes32) public roots;
    uint32 public next;
    uint32 public cur;
    function _h(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return keccak256(abi.encode(a, b));
    }
    function _put(bytes32 leaf) internal returns (uint32 i) {
        i = next;
        bytes32 h = leaf;
        uint32 k = i;
        for (uint32 l = 0; l < levels; l++) {
            if (k % 2 == 0) {
                filled[l] = h;
                h = _h(h, bytes32(0));
            }  else {
                h = _h(filled[l], h);
            }
            k /= 2;
        }
        cur = (cur + 1) % 100;
        roots[cur] = h;
        next = i + 1;
    }
    function isKnown(bytes32 r) public view returns (bool) {
        for (uint32 i; i < 100; i++) if (roots[i] == r) return r != 0;
        return false;
    }
}

contract CoinJoinBox is Tree {
    IVerify public immutable v;
    uint256 public constant SIZE = 1 ether;
    mapping(bytes32 => bool) public spent;
    mapping(bytes32 => bool) public notes;
    event Funded(bytes32 indexed note, uint32 at, uint256 time);
    event Redeemed(address to, bytes32 tag, address indexed helper, uint256 fee);
    constructor(IVerify a) {
        v = a;
        levels = 16;
    }
    function fund(bytes32 note) external payable {
        require(!notes[note]);
        require(msg.value == SIZE);
        notes[note] = true;
        uint32 i = _put(note);
        emit Funded(note, i, block.timestamp);
    }
    function redeem(bytes calldata p, bytes32 root, bytes32 tag, address payable to, address payable helper, uint256 fee) external {
        require(!spent[tag] && isKnown(root));
        require(v.verifyProof(p, [uint256(root), uint256(tag), uint256(uint160(address(to))), uint256(uint160(address(helper))), fee, 0]));
        spent[tag] = true;
        to.transfer(SIZE - fee);
        if (fee > 0) helper.transfer(fee);
        emit Redeemed(to, tag, helper, fee);
    }
}

contract NotePool is Tree {
    IVerify public v;
    IERC20 public coin;
    mapping(uint256 => bool) public usedTags;
    event NewNote(uint256 c, uint256 i, bytes cipher);
    struct Args {
        bytes proof;
        bytes32 root;
        uint256[] tags;
        uint256[2] outs;
        int256 amount;
        address to;
        bytes c1;
        bytes c2;
    }
    constructor(IVerify a, IERC20 c) {
        v = a;
        coin = c;
        levels = 26;
    }
    function act(Args calldata a) external {
        if (a.amount > 0) coin.transferFrom(msg.sender, address(this), uint256(a.amount));
        require(isKnown(a.root));
        for (uint256 i; i < a.tags.length; i++) {
            require(!usedTags[a.tags[i]]);
            usedTags[a.tags[i]] = true;
        }
        require(v.verifyProof(a.proof, [uint256(a.root), a.tags[0], a.outs[0], a.outs[1], uint256(a.amount), 0]));
        if (a.amount < 0) coin.transfer(a.to, uint256(-a.amount));
        _put(bytes32(a.outs[0]));
        _put(bytes32(a.outs[1]));
        emit NewNote(a.outs[0], next, a.c1);
        emit NewNote(a.outs[1], next, a.c2);
    }
}

contract Circle is Tree {
    IGroth public v;
    mapping(uint256 => mapping(uint256 => bool)) public used;
    address public boss = msg.sender;
    event Joined(uint256 commitment);
    event Signal(uint256 tag, uint256 signal);
    constructor(IGroth a) {
        v = a;
        levels = 20;
    }
    function join(uint256 commitment) external {
        require(msg.sender == boss);
        _put(bytes32(commitment));
        emit Joined(commitment);
    }
    function say(uint256 root, uint256 signal, uint256 tag, uint256 topic, uint256[2] calldata a, uint256[2][2] calldata b, uint256[2] calldata c) external {
        require(isKnown(bytes32(root)));
        require(!used[topic][tag]);
        require(v.verifyProof(a, b, c, [root, tag, signal]));
        used[topic][tag] = true;
        emit Signal(tag, signal);
    }
}

contract SealedPoll {
    mapping(uint256 => mapping(address => bytes32)) public sealed_;
    mapping(uint256 => uint256) public yes;
    mapping(uint256 => uint256) public no;
    mapping(address => uint256) public weight;
    uint256 public opens = block.timestamp;
    constructor() {
        weight[msg.sender] = 5;
    }
    function commit(uint256 poll, bytes32 h) external {
        require(weight[msg.sender] > 0);
        require(block.timestamp < opens + 3 days);
        sealed_[poll][msg.sender] = h;
    }
    function open(uint256 poll, bool choice, uint256 salt) external {
        require(block.timestamp > opens + 3 days);
        require(sealed_[poll][msg.sender] == keccak256(abi.encodePacked(choice, salt)));
        sealed_[poll][msg.sender] = 0;
        if (choice) yes[poll] += weight[msg.sender];
        else no[poll] += weight[msg.sender];
    }
}

contract Courier {
    mapping(address => uint256) public nonces;
    function carry(address from, address to, bytes calldata data, uint8 v, bytes32 r, bytes32 s) external returns (bytes memory o) {
        bytes32 h = keccak256(abi.encode(from, to, keccak256(data), nonces[from]++, block.chainid, address(this)));
        require(ecrecover(h, v, r, s) == from && from != address(0));
        bool ok;
        (ok, o) = to.call(abi.encodePacked(data, from));
        require(ok);
    }
}

contract RollupGate {
    IVerify public verifier;
    bytes32 public stateRoot;
    address public sequencer = msg.sender;
    uint256 public batch;
    event BlockVerification(uint256 indexed n);
    mapping(bytes32 => bool) public nullified;
    constructor(IVerify v) {
        verifier = v;
    }
    function commitBatch(bytes32 h) external {
        require(msg.sender == sequencer);
        nullified[h] = true;
    }
    function proveBlocks(bytes32 to, bytes calldata p) external {
        require(verifier.verifyProof(p, [uint256(stateRoot), uint256(to), 0, 0, 0, 0]));
        stateRoot = to;
        batch++;
        emit BlockVerification(batch);
    }
    // nullifier, commitment and shielded are only words here
    function finalizeWithdrawal(bytes32 id, address payable to, uint256 v, bytes32[] calldata proof) external {
        require(!nullified[id]);
        bytes32 node = keccak256(abi.encode(id, to, v));
        for (uint256 k; k < proof.length; k++) node = keccak256(abi.encode(node, proof[k]));
        require(node == stateRoot);
        nullified[id] = true;
        to.transfer(v);
    }
}

contract SealedAuction {
    mapping(address => bytes32) public bidHash;
    mapping(address => uint256) public deposit;
    uint256 public best;
    address public leader;
    uint256 public ends = block.timestamp + 3 days;
    function bid(bytes32 h) external payable {
        require(block.timestamp < ends);
        bidHash[msg.sender] = h;
        deposit[msg.sender] += msg.value;
    }
    function reveal(uint256 v, bytes32 salt) external {
        require(block.timestamp >= ends);
        require(keccak256(abi.encodePacked(v, salt)) == bidHash[msg.sender]);
        require(deposit[msg.sender] >= v);
        delete bidHash[msg.sender];
        if (v > best) {
            best = v;
            leader = msg.sender;
        }
    }
}

contract NameDesk {
    mapping(bytes32 => uint256) public commitments;
    mapping(bytes32 => address) public holder;
    event NameRegistered(string name, address owner);
    function makeCommitment(string memory n, address o, bytes32 s) public pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(bytes(n)), o, s));
    }
    function commit(bytes32 c) external {
        require(commitments[c] + 1 days < block.timestamp);
        commitments[c] = block.timestamp;
    }
    function register(string calldata n, address o, bytes32 s) external payable {
        bytes32 c = makeCommitment(n, o, s);
        require(commitments[c] + 60 <= block.timestamp);
        delete commitments[c];
        require(msg.value >= 0.01 ether);
        holder[keccak256(bytes(n))] = o;
        emit NameRegistered(n, o);
    }
}

contract Randao {
    mapping(address => bytes32) public c;
    uint256 public seed;
    function commit(bytes32 h) external {
        c[msg.sender] = h;
    }
    function reveal(uint256 s) external {
        require(c[msg.sender] == keccak256(abi.encode(s)));
        delete c[msg.sender];
        seed ^= s;
    }
}

