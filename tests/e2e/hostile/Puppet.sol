// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// A contract that says whatever it is told to say: any answer to any call, any log, any value in any slot.
contract Puppet {
    uint8 internal constant REVERT = 1;
    uint8 internal constant REPLY = 2;
    uint8 internal constant BURN = 3;
    uint8 internal constant MEGABYTE = 4;

    struct Line {
        uint8 kind;
        bytes data;
    }

    struct Script {
        mapping(bytes4 => Line) lines;
        Line otherwise;
    }

    struct Log {
        bytes32[] topics;
        bytes data;
    }

    event ProposalCreated(
        uint256 id,
        address proposer,
        address[] targets,
        uint256[] values,
        string[] signatures,
        bytes[] calldatas,
        uint256 start,
        uint256 end,
        string description
    );

    function learn(bytes4[] calldata selectors, uint8[] calldata kinds, bytes[] calldata replies) external {
        Script storage script = _script();
        for (uint256 i = 0; i < selectors.length; i++) {
            script.lines[selectors[i]] = Line(kinds[i], replies[i]);
        }
    }

    function learnOtherwise(uint8 kind, bytes calldata reply) external {
        _script().otherwise = Line(kind, reply);
    }

    function write(bytes32 slot, bytes32 value) external {
        assembly {
            sstore(slot, value)
        }
    }

    function say(Log[] calldata logs) external {
        for (uint256 i = 0; i < logs.length; i++) {
            _say(logs[i].topics, logs[i].data);
        }
    }

    /// The same log `count` times, with its number as the first topic after the event and in the low bytes of another.
    function chatter(bytes32 topic, uint256 count, bytes32 last) external {
        for (uint256 i = 0; i < count; i++) {
            bytes32 member = bytes32(uint256(keccak256(abi.encode(topic, i))) >> 96);
            bytes32 role = bytes32(i);
            assembly {
                log4(0, 0, topic, role, member, last)
            }
        }
    }

    /// A proposal of `count` calls.
    function crowd(uint256 id, address target, uint256 count) external {
        address[] memory targets = new address[](count);
        for (uint256 i = 0; i < count; i++) {
            targets[i] = target;
        }
        emit ProposalCreated(
            id, msg.sender, targets, new uint256[](count), new string[](count), new bytes[](count), 10, 20, "crowd"
        );
    }

    fallback() external payable {
        Line storage line = _script().lines[msg.sig];
        if (line.kind == 0) {
            line = _script().otherwise;
        }
        uint8 kind = line.kind;
        bytes memory reply = line.data;
        if (kind == REPLY) {
            assembly {
                return(add(reply, 32), mload(reply))
            }
        }
        if (kind == BURN) {
            for (uint256 i = 0; ; i++) {
                assembly {
                    mstore(0, i)
                }
            }
        }
        if (kind == MEGABYTE) {
            _megabyte(reply);
        }
        revert(string(reply));
    }

    /// A string of a megabyte that is the first 32 bytes of `pattern` again and again.
    function _megabyte(bytes memory pattern) internal pure {
        assembly {
            let start := mload(0x40)
            let size := 1000000
            mstore(start, 32)
            mstore(add(start, 32), size)
            let word := mload(add(pattern, 32))
            for { let at := 0 } lt(at, size) { at := add(at, 32) } {
                mstore(add(add(start, 64), at), word)
            }
            return(start, add(64, size))
        }
    }

    function _say(bytes32[] calldata t, bytes memory data) internal {
        assembly {
            let at := add(data, 32)
            let size := mload(data)
            let p := t.offset
            switch t.length
            case 0 { log0(at, size) }
            case 1 { log1(at, size, calldataload(p)) }
            case 2 { log2(at, size, calldataload(p), calldataload(add(p, 32))) }
            case 3 { log3(at, size, calldataload(p), calldataload(add(p, 32)), calldataload(add(p, 64))) }
            default {
                log4(at, size, calldataload(p), calldataload(add(p, 32)), calldataload(add(p, 64)), calldataload(add(p, 96)))
            }
        }
    }

    function _script() internal pure returns (Script storage script) {
        assembly {
            script.slot := 0x70757070657400000000000000000000000000000000000000000000000000
        }
    }
}
