// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

interface IWeights {
    function balanceOf(address account) external view returns (uint256);
    function getPriorVotes(address account, uint256 block_) external view returns (uint256);
    function totalSupply() external view returns (uint256);
}

abstract contract Proposals {
    struct Proposal {
        address target;
        address proposer;
        bytes data;
        uint256 start;
        uint256 end;
        uint256 eta;
        uint256 yes;
        uint256 no;
        bool done;
    }
    mapping(uint256 => Proposal) public proposals;
    mapping(uint256 => mapping(address => bool)) public voted;
    uint256 public count;

    function _open(address target, bytes calldata data) internal returns (uint256 id) {
        id = ++count;
        proposals[id] = Proposal(target, msg.sender, data, block.number, block.timestamp + 7 days, 0, 0, 0, false);
    }

    function _count(uint256 id, bool support, uint256 weight) internal {
        Proposal storage p = proposals[id];
        require(block.timestamp < p.end, "closed");
        require(!voted[id][msg.sender], "voted");
        voted[id][msg.sender] = true;
        if (support) p.yes += weight;
        else p.no += weight;
    }
}

/// Weight and power as they are in the moment of the call; a vote of two thirds executes after a day.
contract CallTimeVotes is Proposals {
    IWeights public immutable token;

    constructor(IWeights token_) {
        token = token_;
    }

    function propose(address target, bytes calldata data) external returns (uint256) {
        require(token.balanceOf(msg.sender) >= 1000e18, "threshold");
        return _open(target, data);
    }

    function vote(uint256 id, bool support) external {
        _count(id, support, token.balanceOf(msg.sender));
    }

    function commit(uint256 id) external {
        Proposal storage p = proposals[id];
        require(block.timestamp >= p.end && p.yes > p.no && !p.done, "not passed");
        p.done = true;
        (bool ok, ) = p.target.delegatecall(p.data);
        require(ok);
    }

    function emergencyCommit(uint256 id) external {
        Proposal storage p = proposals[id];
        require(block.timestamp >= p.end - 6 days && p.yes * 3 >= token.totalSupply() * 2 && !p.done, "not passed");
        p.done = true;
        (bool ok, ) = p.target.delegatecall(p.data);
        require(ok);
    }
}

/// The repaired twin: weight before the proposal, power in the block before, one way to execute.
contract PastBlockVotes is Proposals {
    IWeights public immutable token;
    mapping(address => uint256) public latestProposalIds;

    constructor(IWeights token_) {
        token = token_;
    }

    function propose(address target, bytes calldata data) external returns (uint256 id) {
        require(token.getPriorVotes(msg.sender, block.number - 1) >= 1000e18, "threshold");
        uint256 latest = latestProposalIds[msg.sender];
        if (latest != 0) require(proposals[latest].done, "one live proposal");
        id = _open(target, data);
        latestProposalIds[msg.sender] = id;
    }

    function castVote(uint256 id, bool support) external {
        _count(id, support, token.getPriorVotes(msg.sender, proposals[id].start));
    }

    function execute(uint256 id) external {
        Proposal storage p = proposals[id];
        require(block.timestamp >= p.end + 2 days && p.yes > p.no && !p.done, "not passed");
        p.done = true;
        (bool ok, ) = p.target.call(p.data);
        require(ok);
    }

    function cancel(uint256 id) external {
        Proposal storage p = proposals[id];
        require(token.getPriorVotes(p.proposer, block.number - 1) < 1000e18, "above threshold");
        p.done = true;
    }
}

/// Deposits that can leave in the transaction of the vote.
contract FreeDeposits is Proposals {
    IWeights public immutable token;
    mapping(address => uint256) public deposits;

    constructor(IWeights token_) {
        token = token_;
    }

    function lock() external payable {
        deposits[msg.sender] += msg.value;
    }

    function free(uint256 amount) external {
        deposits[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }

    function vote(uint256 id, bool support) external {
        _count(id, support, deposits[msg.sender]);
    }
}

/// Deposits that a vote keeps until the vote is over.
contract LockedDeposits is Proposals {
    mapping(address => uint256) public deposits;
    mapping(address => uint256) public lockedUntil;

    function lock() external payable {
        deposits[msg.sender] += msg.value;
    }

    function free(uint256 amount) external {
        require(block.timestamp >= lockedUntil[msg.sender], "locked by a vote");
        deposits[msg.sender] -= amount;
        payable(msg.sender).transfer(amount);
    }

    function propose(address target, bytes calldata data) external returns (uint256) {
        require(deposits[msg.sender] >= 1 ether, "threshold");
        return _open(target, data);
    }

    function vote(uint256 id, bool support) external {
        if (lockedUntil[msg.sender] < proposals[id].end) lockedUntil[msg.sender] = proposals[id].end;
        _count(id, support, deposits[msg.sender]);
    }
}

/// The last vote counts.
contract ChangeableVotes is Proposals {
    IWeights public immutable token;
    struct Ballot {
        bool support;
        uint256 weight;
    }
    mapping(uint256 => mapping(address => Ballot)) public ballots;

    constructor(IWeights token_) {
        token = token_;
    }

    function castVote(uint256 id, bool support) external {
        Proposal storage p = proposals[id];
        require(block.timestamp < p.end, "closed");
        Ballot storage b = ballots[id][msg.sender];
        if (b.support) p.yes -= b.weight;
        else p.no -= b.weight;
        b.support = support;
        b.weight = token.getPriorVotes(msg.sender, p.start);
        if (support) p.yes += b.weight;
        else p.no += b.weight;
    }
}

/// Ballots hidden until they are revealed.
contract CommitReveal is Proposals {
    IWeights public immutable token;
    mapping(uint256 => mapping(address => bytes32)) public commitments;

    constructor(IWeights token_) {
        token = token_;
    }

    function commitVote(uint256 id, bytes32 hidden) external {
        require(block.timestamp < proposals[id].end - 1 days, "closed");
        commitments[id][msg.sender] = hidden;
    }

    function revealVote(uint256 id, bool support, bytes32 salt) external {
        require(keccak256(abi.encode(support, salt)) == commitments[id][msg.sender], "other ballot");
        _count(id, support, token.getPriorVotes(msg.sender, proposals[id].start));
    }
}

/// Executes only code whose hash was voted on.
contract BoundDelegatecall {
    mapping(bytes32 => uint256) public readyAt;
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function plot(address target, bytes32 tag, bytes calldata data) external {
        require(msg.sender == owner, "owner");
        readyAt[keccak256(abi.encode(target, tag, data))] = block.timestamp + 2 days;
    }

    function exec(address target, bytes32 tag, bytes calldata data) external {
        bytes32 id = keccak256(abi.encode(target, tag, data));
        require(readyAt[id] != 0 && block.timestamp >= readyAt[id], "not ready");
        require(target.codehash == tag, "other code");
        delete readyAt[id];
        (bool ok, ) = target.delegatecall(data);
        require(ok);
    }
}
