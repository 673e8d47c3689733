// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

contract SelfMulticall {
    uint256 public x;

    function set(uint256 x_) external {
        x = x_;
    }

    function multicall(bytes[] calldata data) external returns (bytes[] memory results) {
        results = new bytes[](data.length);
        for (uint256 i = 0; i < data.length; i++) {
            (bool ok, bytes memory result) = address(this).delegatecall(data[i]);
            require(ok);
            results[i] = result;
        }
    }
}

contract AnyDelegate {
    function run(address target, bytes calldata data) external payable {
        (bool ok, ) = target.delegatecall(data);
        require(ok);
    }
}

contract AnyCall {
    function run(address target, bytes calldata data) external payable {
        (bool ok, ) = target.call(data);
        require(ok);
    }
}

contract OwnedCall {
    address public owner = msg.sender;

    modifier onlyOwner() {
        _checkOwner();
        _;
    }

    function _checkOwner() internal view {
        if (owner != msg.sender) revert("owner");
    }

    function run(address target, bytes calldata data) external onlyOwner {
        (bool ok, ) = target.call(data);
        require(ok);
    }

    function runInside(address target, bytes calldata data) external onlyOwner {
        (bool ok, ) = target.delegatecall(data);
        require(ok);
    }

    function kill() external onlyOwner {
        selfdestruct(payable(owner));
    }
}

contract ListedCall {
    mapping(address => bool) public listed;

    constructor(address first) {
        listed[first] = true;
    }

    function run(address target, bytes calldata data) external {
        require(listed[target], "not listed");
        (bool ok, ) = target.call(data);
        require(ok);
    }
}

interface IERC20Like {
    function transfer(address to, uint256 value) external returns (bool);
}

/// Whom and what is chosen, the function is not.
contract FixedFunction {
    address public immutable owner = msg.sender;

    function rescue(address token, uint256 value) external {
        (bool ok, ) = token.call(abi.encodeWithSelector(IERC20Like.transfer.selector, owner, value));
        require(ok);
    }
}

contract AssemblyProxy {
    address private immutable _target;

    constructor(address target) {
        _target = target;
    }

    fallback() external payable {
        address target = _target;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}

interface IPolicy {
    function isVerified(address account) external view returns (bool);
    function isSanctioned(address account) external view returns (bool);
    function isHuman(address account) external view returns (bool);
}

/// Everyone may join, the owner can remove, whoever leaves takes a share along.
contract Club {
    mapping(address => bool) public isMember;
    mapping(address => uint256) public shares;
    mapping(uint256 => uint256) public votesFor;
    mapping(uint256 => mapping(address => bool)) public voted;
    uint256 public totalShares;
    address public owner = msg.sender;

    function join() external {
        require(!isMember[msg.sender], "member");
        isMember[msg.sender] = true;
        shares[msg.sender] += 1;
        totalShares += 1;
    }

    function voteFor(uint256 id) external {
        require(isMember[msg.sender], "member");
        require(!voted[id][msg.sender], "voted");
        voted[id][msg.sender] = true;
        votesFor[id] += 1;
    }

    function removeMember(address account) external {
        require(msg.sender == owner, "owner");
        isMember[account] = false;
    }

    function leave() external {
        uint256 part = (address(this).balance * shares[msg.sender]) / totalShares;
        totalShares -= shares[msg.sender];
        shares[msg.sender] = 0;
        isMember[msg.sender] = false;
        payable(msg.sender).transfer(part);
    }

    function leavePart(uint256 units) external {
        uint256 part = (address(this).balance * units) / totalShares;
        totalShares -= units;
        shares[msg.sender] -= units;
        payable(msg.sender).transfer(part);
    }

    receive() external payable {}
}

contract GatedClub {
    IPolicy public policy;
    mapping(address => bool) public isMember;

    constructor(IPolicy policy_) {
        policy = policy_;
    }

    function join() external {
        require(policy.isVerified(msg.sender), "identity");
        require(!policy.isSanctioned(msg.sender), "listed");
        require(policy.isHuman(msg.sender), "human");
        isMember[msg.sender] = true;
    }
}

contract UpgradeableByOwner {
    address public owner = msg.sender;
    address public implementation;

    function upgradeTo(address next) external {
        require(msg.sender == owner, "owner");
        implementation = next;
    }
}

contract UpgradeableByAnyone {
    address public implementation;

    function upgradeTo(address next) external {
        implementation = next;
    }
}

contract Initialised {
    mapping(address => uint256) public balanceOf;
    uint256 public totalSupply;
    bool private initialized;

    function initialize(address first) external {
        require(!initialized, "initialized");
        initialized = true;
        balanceOf[first] += 1e24;
        totalSupply += 1e24;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
    }
}
