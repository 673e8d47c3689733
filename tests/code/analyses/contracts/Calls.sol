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

/// Shares that are burned for a part of what is there, and a member who can be thrown out by the others' vote.
contract Guild {
    mapping(address => uint256) public shares;
    uint256 public totalShares;
    address public immutable council;

    constructor(address council_) {
        council = council_;
    }

    function ragequit(uint256 units) external {
        uint256 part = (address(this).balance * units) / totalShares;
        shares[msg.sender] -= units;
        totalShares -= units;
        payable(msg.sender).transfer(part);
    }

    function ragekick(address member) external {
        require(msg.sender == council, "council");
        totalShares -= shares[member];
        shares[member] = 0;
    }
}

/// Anyone may execute once the switch is on; before, the owner only.
contract SwitchedOpen {
    address public owner = msg.sender;
    bool public open;

    modifier ownerUnlessOpen() {
        if (!open) require(msg.sender == owner, "owner");
        _;
    }

    function setOpen(bool value) external {
        require(msg.sender == owner, "owner");
        open = value;
    }

    function run(address target, bytes calldata data) external ownerUnlessOpen {
        (bool ok, ) = target.call(data);
        require(ok);
    }
}

interface IAuthority {
    function canCall(address caller, address target, bytes4 selector) external view returns (bool);
}

/// The check is made by another contract, and in a helper with several ways out.
contract AuthGuarded {
    address public owner = msg.sender;
    IAuthority public authority;
    uint256 public x;

    function isAuthorized(address caller, bytes4 selector) internal view returns (bool) {
        if (caller == address(this)) {
            return true;
        } else if (caller == owner) {
            return true;
        } else if (address(authority) == address(0)) {
            return false;
        } else {
            return authority.canCall(caller, address(this), selector);
        }
    }

    modifier auth() {
        require(isAuthorized(msg.sender, msg.sig), "not authorised");
        _;
    }

    function set(uint256 x_) external auth {
        x = x_;
    }

    function setForAll(uint256 x_) external {
        x = x_;
    }

    /// Compares the caller with an argument: no guard at all.
    function setAs(address who, uint256 x_) external {
        require(msg.sender == who, "not you");
        x = x_;
    }

    /// The check comes only after an early return.
    function setMaybe(uint256 x_) external {
        if (x_ > 100) {
            require(msg.sender == owner, "owner");
        }
        x = x_;
    }

    /// tx.origin instead of msg.sender.
    function setByOrigin(uint256 x_) external {
        if (tx.origin != owner) revert();
        x = x_;
    }

    /// A helper that is not called proves nothing.
    function setBeside(uint256 x_) external returns (bool) {
        bool allowed = isAuthorized(msg.sender, msg.sig);
        x = x_;
        return allowed;
    }
}
