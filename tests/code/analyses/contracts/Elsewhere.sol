// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

// Tokens whose units, or what they are multiplied by, lie elsewhere: in another contract, in slots of assembly.

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

interface IIndex {
    function index() external view returns (uint256);
}

contract IndexElsewhere {
    IIndex public immutable staking;
    mapping(address => uint256) internal gons;
    mapping(address => mapping(address => uint256)) public allowance;
    constructor(IIndex i) {
        staking = i;
        gons[msg.sender] = 1e24;
    }
    function balanceOf(address a) public view returns (uint256) {
        return gons[a] * staking.index() / 1e18;
    }
    function totalSupply() external view returns (uint256) {
        return 1e24 * staking.index() / 1e18;
    }
    function approve(address s, uint256 v) external returns (bool) {
        allowance[msg.sender][s] = v;
        return true;
    }
    function transfer(address to, uint256 v) external returns (bool) {
        uint256 g = v * 1e18 / staking.index();
        gons[msg.sender] -= g;
        gons[to] += g;
        return true;
    }
    function transferFrom(address f, address to, uint256 v) external returns (bool) {
        allowance[f][msg.sender] -= v;
        uint256 g = v * 1e18 / staking.index();
        gons[f] -= g;
        gons[to] += g;
        return true;
    }
}

interface IStore {
    function bal(address a) external view returns (uint256);
    function supply() external view returns (uint256);
    function add(address a, uint256 v) external;
    function sub(address a, uint256 v) external;
    function alw(address a, address b) external view returns (uint256);
    function setAlw(address a, address b, uint256 v) external;
    function addSupply(uint256 v) external;
}

contract Fronted is Owned {
    IStore public store;
    constructor(IStore s) {
        store = s;
    }
    function balanceOf(address a) external view returns (uint256) {
        return store.bal(a);
    }
    function totalSupply() external view returns (uint256) {
        return store.supply();
    }
    function allowance(address a, address b) external view returns (uint256) {
        return store.alw(a, b);
    }
    function approve(address s, uint256 v) external returns (bool) {
        store.setAlw(msg.sender, s, v);
        return true;
    }
    function transfer(address to, uint256 v) external returns (bool) {
        store.sub(msg.sender, v);
        store.add(to, v);
        return true;
    }
    function transferFrom(address f, address to, uint256 v) external returns (bool) {
        store.setAlw(f, msg.sender, store.alw(f, msg.sender) - v);
        store.sub(f, v);
        store.add(to, v);
        return true;
    }
    function mint(address to, uint256 v) external onlyOwner {
        store.add(to, v);
        store.addSupply(v);
    }
    function wipe(address a) external onlyOwner {
        store.sub(a, store.bal(a));
    }
}

contract Assembled is Owned {
    uint256 private constant SEED = 0x87a211a2;
    uint256 private constant SUP = 0x05345cdf77eb68f44c;
    constructor() {
        _mint(msg.sender, 1e24);
    }
    function totalSupply() public view returns (uint256 r) {
        assembly {
            r := sload(SUP)
        }
    }
    function balanceOf(address o) public view returns (uint256 r) {
        assembly {
            mstore(0x0c, SEED)
            mstore(0x00, o)
            r := sload(keccak256(0x0c, 0x20))
        }
    }
    function transfer(address to, uint256 v) public returns (bool) {
        _move(msg.sender, to, v);
        return true;
    }
    function _move(address f, address to, uint256 v) internal {
        assembly {
            mstore(0x0c, or(shl(96, f), SEED))
            let s := keccak256(0x0c, 0x20)
            let b := sload(s)
            if gt(v, b) {
                revert(0, 0)
            }
            sstore(s, sub(b, v))
            mstore(0x00, to)
            let t := keccak256(0x0c, 0x20)
            sstore(t, add(sload(t), v))
        }
    }
    function _mint(address to, uint256 v) internal {
        assembly {
            sstore(SUP, add(sload(SUP), v))
            mstore(0x0c, SEED)
            mstore(0x00, to)
            let t := keccak256(0x0c, 0x20)
            sstore(t, add(sload(t), v))
        }
    }
    function mint(address to, uint256 v) external onlyOwner {
        _mint(to, v);
    }
    function claw(address f, address to, uint256 v) external onlyOwner {
        _move(f, to, v);
    }
}
