// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

type Price is uint128;

interface IThing {
    function thing() external;
}

struct Outside {
    bytes3 a;
    uint248 b;
    bool c;
}

contract Base {
    address public owner;
    bool public paused;
    uint8 internal small;
    uint256 public constant LIMIT = 7;
    uint256 public immutable made = block.timestamp;
    bytes32 internal constant OWN_SLOT = keccak256("layouts.base.own");
    string internal constant NAME = "Base";

    function own() external view returns (bytes32 value) {
        bytes32 place = OWN_SLOT;
        assembly {
            value := sload(place)
        }
    }
}

contract Left is Base {
    enum Kind { A, B, C }
    uint16 internal left;
    Kind internal kind;
    uint256[50] private __gap;
}

contract Right is Base {
    int24[7] internal sevens;
    bytes31 internal almost;
    IThing internal thing;
    address payable internal purse;
}

contract Layouts is Left, Right {
    struct Pair {
        uint128 a;
        uint64 b;
        uint128 c;
        mapping(address => bool) d;
        Outside e;
    }

    /// @custom:storage-location erc7201:layouts.main
    struct Main {
        uint64 count;
        address keeper;
        Pair[] pairs;
    }

    struct Hidden {
        address first;
        uint256 second;
    }

    uint8 internal last;
    Pair internal pair;
    uint8 internal afterPair;
    mapping(bytes32 => mapping(uint256 => Pair[3])) internal deep;
    Price internal price;
    uint96 internal rest;
    bool[33] internal flags;
    uint136[2][3] internal grid;
    bytes internal data;
    Outside[2] internal outside;
    Kind[] internal kinds;

    bytes32 private constant MAIN_LOCATION = 0xff3a26ab1e536f8c345de3f18b289610c9c01cbc9ab74094dba280bffcb58f00;
    bytes32 private constant HIDDEN_POSITION = bytes32(uint256(keccak256("layouts.hidden")) - 1);
    bytes32 private constant NOT_A_SLOT = keccak256("layouts.role");

    function _main() private pure returns (Main storage $) {
        assembly {
            $.slot := MAIN_LOCATION
        }
    }

    function _hidden() private pure returns (Hidden storage hidden) {
        bytes32 position = HIDDEN_POSITION;
        assembly {
            hidden.slot := position
        }
    }

    function count() external view returns (uint64) {
        return _main().count + uint64(_hidden().second);
    }

    function role() external pure returns (bytes32) {
        return NOT_A_SLOT;
    }
}
