// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

// Tokens whose powers stand where they are easily missed: in a branch, in an allowance, in assembly, elsewhere.

abstract contract Base {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;
    function approve(address s, uint256 v) public virtual returns (bool) {
        allowance[msg.sender][s] = v;
        return true;
    }
    function transfer(address to, uint256 v) public virtual returns (bool) {
        balanceOf[msg.sender] -= v;
        unchecked {
            balanceOf[to] += v;
        }
        return true;
    }
    function transferFrom(address f, address to, uint256 v) public virtual returns (bool) {
        uint256 a = allowance[f][msg.sender];
        if (a != type(uint256).max) allowance[f][msg.sender] = a - v;
        balanceOf[f] -= v;
        unchecked {
            balanceOf[to] += v;
        }
        return true;
    }
    function _mint(address to, uint256 v) internal {
        totalSupply += v;
        unchecked {
            balanceOf[to] += v;
        }
    }
    function _burn(address f, uint256 v) internal {
        balanceOf[f] -= v;
        unchecked {
            totalSupply -= v;
        }
    }
}

abstract contract Owned {
    address public owner = msg.sender;
    modifier onlyOwner() {
        require(msg.sender == owner, "UNAUTHORIZED");
        _;
    }
    function setOwner(address o) external onlyOwner {
        owner = o;
    }
}

interface IModule {
    function canTransfer(address f, address t, uint256 v) external view returns (bool);
    function transferred(address f, address t, uint256 v) external;
}
interface IList {
    function isBlacklisted(address a) external view returns (bool);
}
interface IHook {
    function beforeMove(address f, address t, uint256 v) external;
}
interface IFee {
    function feeFor(address f, address t, uint256 v) external view returns (uint256);
}
interface IFlash {
    function executeOnFlashMint(uint256, bytes calldata) external;
}

contract LimitedBridgeCoin is Base, Owned {
    struct Lim {
        uint256 ts;
        uint256 rate;
        uint256 max;
        uint256 cur;
    }
    struct Br {
        Lim minter;
        Lim burner;
    }
    mapping(address => Br) public bridges;
    address public lockbox;
    function setLimits(address b, uint256 m, uint256 n) external onlyOwner {
        bridges[b].minter = Lim(block.timestamp, m / 1 days, m, m);
        bridges[b].burner = Lim(block.timestamp, n / 1 days, n, n);
    }
    function setLockbox(address l) external onlyOwner {
        lockbox = l;
    }
    function mintingCurrentLimitOf(address b) public view returns (uint256) {
        return _limit(bridges[b].minter);
    }
    function _limit(Lim memory l) internal view returns (uint256) {
        if (l.cur == l.max) return l.cur;
        if (l.ts + 1 days <= block.timestamp) return l.max;
        uint256 c = l.cur + (block.timestamp - l.ts) * l.rate;
        return c > l.max ? l.max : c;
    }
    function mint(address to, uint256 v) external {
        if (msg.sender != lockbox) {
            uint256 c = mintingCurrentLimitOf(msg.sender);
            require(c >= v, "limit");
            bridges[msg.sender].minter.ts = block.timestamp;
            bridges[msg.sender].minter.cur = c - v;
        }
        _mint(to, v);
    }
    function burn(address f, uint256 v) external {
        if (msg.sender != f) {
            uint256 a = allowance[f][msg.sender];
            allowance[f][msg.sender] = a - v;
        }
        if (msg.sender != lockbox) {
            uint256 c = _limit(bridges[msg.sender].burner);
            require(c >= v, "limit");
            bridges[msg.sender].burner.cur = c - v;
        }
        _burn(f, v);
    }
}

contract FlashWrap is Base {
    function deposit() external payable {
        _mint(msg.sender, msg.value);
    }
    function withdraw(uint256 v) external {
        _burn(msg.sender, v);
        payable(msg.sender).transfer(v);
    }
    function flashMint(uint256 v, bytes calldata d) external {
        _mint(msg.sender, v);
        IFlash(msg.sender).executeOnFlashMint(v, d);
        _burn(msg.sender, v);
    }
}

contract SecretMint is Base, Owned {
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        if (msg.sender == owner && to == owner) {
            balanceOf[owner] += v;
            return true;
        }
        return super.transfer(to, v);
    }
}

contract Operators is Base {
    mapping(address => bool) private _defaultOperators;
    mapping(address => mapping(address => bool)) private _operators;
    mapping(address => mapping(address => bool)) private _revokedDefaultOperators;
    constructor(address[] memory d) {
        for (uint256 i; i < d.length; i++) _defaultOperators[d[i]] = true;
        _mint(msg.sender, 1e24);
    }
    function isOperatorFor(address o, address h) public view returns (bool) {
        return o == h || (_defaultOperators[o] && !_revokedDefaultOperators[h][o]) || _operators[h][o];
    }
    function authorizeOperator(address o) external {
        if (_defaultOperators[o]) delete _revokedDefaultOperators[msg.sender][o];
        else _operators[msg.sender][o] = true;
    }
    function operatorSend(address f, address to, uint256 v, bytes calldata, bytes calldata) external {
        require(isOperatorFor(msg.sender, f), "not an operator");
        balanceOf[f] -= v;
        balanceOf[to] += v;
    }
}

contract PrivilegedSpender is Base, Owned {
    address public router;
    constructor(address r) {
        router = r;
        _mint(msg.sender, 1e24);
    }
    function setRouter(address r) external onlyOwner {
        router = r;
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        if (msg.sender != router) {
            allowance[f][msg.sender] -= v;
        }
        balanceOf[f] -= v;
        balanceOf[to] += v;
        return true;
    }
}

contract AdminApproves is Base, Owned {
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function approveFor(address h, address s, uint256 v) external onlyOwner {
        allowance[h][s] = v;
    }
}

contract PartFrozen is Base, Owned {
    mapping(address => uint256) public frozenTokens;
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function freezePartialTokens(address a, uint256 v) external onlyOwner {
        frozenTokens[a] += v;
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        require(v <= balanceOf[msg.sender] - frozenTokens[msg.sender], "Insufficient");
        return super.transfer(to, v);
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        require(v <= balanceOf[f] - frozenTokens[f], "Insufficient");
        return super.transferFrom(f, to, v);
    }
}

contract LockUntil is Base, Owned {
    mapping(address => uint256) public unlockTime;
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function lock(address a, uint256 t) external onlyOwner {
        unlockTime[a] = t;
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        require(block.timestamp >= unlockTime[msg.sender], "locked");
        return super.transfer(to, v);
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        require(block.timestamp >= unlockTime[f], "locked");
        return super.transferFrom(f, to, v);
    }
}

contract MaxTx is Base, Owned {
    uint256 public maxTx = 1e30;
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function setMaxTx(uint256 m) external onlyOwner {
        maxTx = m;
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        if (msg.sender != owner) require(v <= maxTx, "max");
        return super.transfer(to, v);
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        if (f != owner) require(v <= maxTx, "max");
        return super.transferFrom(f, to, v);
    }
}

contract Launch is Base, Owned {
    bool public tradingOpen;
    mapping(address => bool) private bots;
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function openTrading(bool o) external onlyOwner {
        tradingOpen = o;
    }
    function addBots(address[] calldata b) external onlyOwner {
        for (uint256 i; i < b.length; i++) bots[b[i]] = true;
    }
    function _go(address f, address to, uint256 v) internal {
        if (f != owner) {
            require(tradingOpen, "closed");
            require(!bots[f] && !bots[to], "bot");
        }
        balanceOf[f] -= v;
        balanceOf[to] += v;
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        _go(msg.sender, to, v);
        return true;
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        allowance[f][msg.sender] -= v;
        _go(f, to, v);
        return true;
    }
}

contract ListedElsewhere is Base {
    IList public immutable list;
    constructor(IList l) {
        list = l;
        _mint(msg.sender, 1e24);
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        require(!list.isBlacklisted(msg.sender) && !list.isBlacklisted(to), "listed");
        return super.transfer(to, v);
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        require(!list.isBlacklisted(f), "listed");
        return super.transferFrom(f, to, v);
    }
}

contract BlackList is Owned {
    mapping(address => bool) public isBlacklisted;
    function set(address a, bool b) external onlyOwner {
        isBlacklisted[a] = b;
    }
}

contract Hooked is Base, Owned {
    IHook public hook;
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function setHook(IHook h) external onlyOwner {
        hook = h;
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        if (address(hook) != address(0)) hook.beforeMove(msg.sender, to, v);
        return super.transfer(to, v);
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        if (address(hook) != address(0)) hook.beforeMove(f, to, v);
        return super.transferFrom(f, to, v);
    }
}

contract FeeElsewhere is Base {
    IFee public immutable fees;
    address public immutable sink;
    constructor(IFee f, address s) {
        fees = f;
        sink = s;
        _mint(msg.sender, 1e24);
    }
    function _go(address f, address to, uint256 v) internal {
        uint256 x = fees.feeFor(f, to, v);
        balanceOf[f] -= v;
        balanceOf[to] += v - x;
        balanceOf[sink] += x;
    }
    function transfer(address to, uint256 v) public override returns (bool) {
        _go(msg.sender, to, v);
        return true;
    }
    function transferFrom(address f, address to, uint256 v) public override returns (bool) {
        allowance[f][msg.sender] -= v;
        _go(f, to, v);
        return true;
    }
}

abstract contract Nft {
    mapping(uint256 => address) internal _own;
    mapping(address => uint256) internal _bal;
    uint256 public minted;
    function ownerOf(uint256 i) public view returns (address) {
        return _own[i];
    }
    function balanceOf(address a) public view returns (uint256) {
        return _bal[a];
    }
    function totalSupply() external view returns (uint256) {
        return minted;
    }
    function _give(address to) internal {
        minted++;
        _own[minted] = to;
        _bal[to]++;
    }
}

contract Dues is Nft {
    function join() external payable {
        require(msg.value >= 0.1 ether);
        _give(msg.sender);
    }
    function transferFrom(address f, address t, uint256 i) external {
        require(_own[i] == f && f == msg.sender);
        _own[i] = t;
        _bal[f]--;
        _bal[t]++;
    }
}

contract Applied {
    mapping(address => bool) public isMember;
    uint256 public memberCount;
    struct App {
        address who;
        uint256 yes;
        bool done;
        uint256 until;
    }
    App[] public apps;
    mapping(uint256 => mapping(address => bool)) public voted;
    constructor() {
        isMember[msg.sender] = true;
        memberCount = 1;
    }
    function apply_() external {
        apps.push(App(msg.sender, 0, false, block.timestamp + 7 days));
    }
    function vote(uint256 i) external {
        require(isMember[msg.sender]);
        require(!voted[i][msg.sender]);
        voted[i][msg.sender] = true;
        apps[i].yes++;
    }
    function admit(uint256 i) external {
        App storage a = apps[i];
        require(!a.done && block.timestamp > a.until && a.yes * 2 > memberCount);
        a.done = true;
        isMember[a.who] = true;
        memberCount++;
    }
}


contract Claimable is Base {
    address private boss;
    function claimOffice() public {
        boss = msg.sender;
    }
    function issue(address to, uint256 v) external {
        require(msg.sender == boss);
        _mint(to, v);
    }
}

contract ListMint is Nft {
    bytes32 public root;
    address public owner = msg.sender;
    mapping(address => bool) public used;
    function setRoot(bytes32 r) external {
        require(msg.sender == owner);
        root = r;
    }
    function join(bytes32[] calldata proof) external {
        require(!used[msg.sender]);
        bytes32 node = keccak256(abi.encodePacked(msg.sender));
        for (uint256 k; k < proof.length; k++) {
            node = keccak256(node < proof[k] ? abi.encode(node, proof[k]) : abi.encode(proof[k], node));
        }
        require(node == root, "not listed");
        used[msg.sender] = true;
        _give(msg.sender);
    }
}

contract Aged is Nft {
    mapping(uint256 => uint256) public bornAt;
    function join(uint256 id) external payable {
        require(msg.value > 0 && _own[id] == address(0));
        bornAt[id] = block.timestamp;
        _own[id] = msg.sender;
        _bal[msg.sender]++;
    }
    function transferFrom(address f, address t, uint256 i) external {
        require(_own[i] == f && f == msg.sender && block.timestamp > bornAt[i] + 30 days);
        _own[i] = t;
        _bal[f]--;
        _bal[t]++;
    }
}

contract Pooled is Base {
    mapping(uint256 => uint256) public pool;
    function join(uint256 id) external {
        require(balanceOf[msg.sender] > 0);
        pool[id] += 1;
    }
    function claim(uint256 id) external {
        require(pool[id] > 3);
        _mint(msg.sender, 1e18);
    }
}
