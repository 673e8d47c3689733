// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// Every power over these units stands behind an office of its own, and none has a name that others use.
contract Units is AccessControl, UUPSUpgradeable {
    bytes32 public constant ISSUER = keccak256("ISSUER");
    bytes32 public constant BAILIFF = keccak256("BAILIFF");
    bytes32 public constant SHIPWRIGHT = keccak256("SHIPWRIGHT");
    bytes32 public constant PATRON = keccak256("PATRON");

    string public constant name = "Units";
    string public constant symbol = "UNI";
    uint8 public constant decimals = 18;

    uint256 public totalSupply;
    uint256 public feeBps;
    bool public paused;
    address public owner;
    address private _warden;
    address private _collector;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => bool) public blocked;
    mapping(address => bool) private _stoppers;
    bool private _set;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event StopperSet(address stopper, bool on);

    function set(address admin, address[5] calldata offices, address stopper) external {
        require(!_set, "set");
        _set = true;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(ISSUER, offices[0]);
        _grantRole(BAILIFF, offices[1]);
        _grantRole(SHIPWRIGHT, offices[2]);
        _warden = offices[3];
        _collector = offices[4];
        _stoppers[stopper] = true;
        emit StopperSet(stopper, true);
    }

    /// Another role than DEFAULT_ADMIN_ROLE gives and takes the issuer's office.
    function sponsor(bytes32 role, address patron) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setRoleAdmin(role, PATRON);
        _grantRole(PATRON, patron);
    }

    function issue(address to, uint256 amount) external onlyRole(ISSUER) {
        totalSupply += amount;
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function seize(address from, address to, uint256 amount) external onlyRole(BAILIFF) {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }

    function block_(address who, bool on) external {
        require(msg.sender == _warden, "warden");
        blocked[who] = on;
    }

    function setFee(uint256 bps) external {
        require(msg.sender == _collector, "collector");
        feeBps = bps;
    }

    function setPaused(bool on) external {
        require(_stoppers[msg.sender], "stopper");
        paused = on;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        require(!paused, "paused");
        require(!blocked[from], "blocked");
        uint256 fee = amount * feeBps / 10_000;
        balanceOf[from] -= amount;
        balanceOf[to] += amount - fee;
        balanceOf[address(this)] += fee;
        emit Transfer(from, to, amount - fee);
    }

    function _authorizeUpgrade(address) internal override onlyRole(SHIPWRIGHT) {}
}

/// A treasury whose payments stand behind an office of their own, and one more that an agent of the vote may use.
contract Vault is AccessControl {
    bytes32 public constant TREASURER = keccak256("TREASURER");

    constructor(address admin, address treasurer) payable {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(TREASURER, treasurer);
    }

    function pay(address payable to, uint256 amount) external onlyRole(TREASURER) {
        to.transfer(amount);
    }
}

interface IQueue {
    function schedule(address target, uint256 value, bytes calldata data, bytes32 a, bytes32 b, uint256 delay) external;
}

/// Proposes to a timelock whatever its clerk wants.
contract Relay is AccessControl {
    bytes32 public constant CLERK = keccak256("CLERK");
    IQueue public immutable queue;

    constructor(IQueue queue_, address admin, address clerk) {
        queue = queue_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(CLERK, clerk);
    }

    function relay(address target, uint256 value, bytes calldata data, bytes32 salt) external onlyRole(CLERK) {
        queue.schedule(target, value, data, 0, salt, 172_800);
    }
}

contract Front is ERC1967Proxy {
    constructor(address code, bytes memory data) ERC1967Proxy(code, data) {}
}
