// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.28;

/// What the tests of the chain layer read: storage, calls that answer, revert and burn gas, and logs.
contract Subject {
    uint256 public first = 42;
    mapping(uint256 => uint256) public table;

    event Noted(uint256 indexed number, address indexed by, string text);
    event Marked();

    error Refused(uint256 number);

    constructor() {
        table[7] = 49;
    }

    function note(uint256 from, uint256 to, string calldata text) external {
        for (uint256 number = from; number < to; ++number) {
            emit Noted(number, msg.sender, text);
        }
    }

    function mark() external {
        emit Marked();
    }

    function set(uint256 value) external {
        first = value;
    }

    function double(uint256 number) external pure returns (uint256) {
        return 2 * number;
    }

    function refuse(uint256 number) external pure {
        revert Refused(number);
    }

    function hide() external pure returns (string memory) {
        revert("missing trie node, rate limit exceeded");
    }

    function burn() external pure {
        assembly {
            invalid()
        }
    }
}
