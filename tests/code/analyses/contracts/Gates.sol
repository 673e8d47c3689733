// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

interface IList {
    function isSanctioned(address who) external view returns (bool);
}

interface IRegistry {
    function isVerified(address who) external view returns (bool);
}

interface IGroups {
    function addMember(uint256 group, uint256 commitment) external;
}

interface IUnits {
    function mint(address to, uint256 amount) external;
}

contract SwitchedGate {
    address public owner = msg.sender;
    IList public list;

    function setList(IList next) external {
        require(msg.sender == owner);
        list = next;
    }

    function pay() external payable {
        require(address(list) == address(0) || !list.isSanctioned(msg.sender));
    }
}

contract FixedGate {
    IRegistry public immutable registry;
    mapping(address => uint256) public got;

    constructor(IRegistry registry_) {
        registry = registry_;
    }

    function take() external {
        require(registry.isVerified(msg.sender));
        got[msg.sender] += 1;
    }
}

contract LooseGate {
    uint256 public count;

    function pay(IList list) external payable {
        require(!list.isSanctioned(msg.sender));
        count += 1;
    }
}

contract OpenDoor {
    IGroups public immutable groups;

    constructor(IGroups groups_) {
        groups = groups_;
    }

    function join(uint256 commitment) external {
        groups.addMember(1, commitment);
    }
}

contract Shop {
    IUnits public immutable units;

    constructor(IUnits units_) {
        units = units_;
    }

    function buy() external payable {
        require(msg.value >= 1 ether);
        units.mint(msg.sender, 1);
    }
}

contract Office {
    address public immutable clerk = msg.sender;
    IGroups public groups;

    function admit(uint256 commitment) external {
        require(msg.sender == clerk);
        groups.addMember(1, commitment);
    }
}

contract PinnedToken {
    function tokenURI(uint256) external pure returns (string memory) {
        return "ar://x";
    }
}

contract MovedToken {
    address public immutable owner = msg.sender;
    string public baseURI;

    function setBaseURI(string calldata next) external {
        require(msg.sender == owner);
        baseURI = next;
    }
}

contract PerTokenPointers {
    uint256 public totalSupply;
    mapping(uint256 => string) private _pointers;
    mapping(address => uint256) public balanceOf;

    function mint(string calldata pointer) external {
        totalSupply += 1;
        balanceOf[msg.sender] += 1;
        _pointers[totalSupply] = pointer;
    }

    function tokenURI(uint256 id) external view returns (string memory) {
        return _pointers[id];
    }
}

type euint64 is bytes32;

contract Sealed {
    mapping(address => euint64) internal _balances;

    function put(euint64 value) external {
        _balances[msg.sender] = value;
    }
}

contract Leaf {
    function zeros(uint256 level) external pure returns (bytes32) {
        if (level == 0) return bytes32(0x2fe54c60d3acabf3343a35b6eba15db4821b340f76e741e2249685ed4899af6c);
        return keccak256(abi.encode(level));
    }
}
