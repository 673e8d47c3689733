// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title Several tokens in one contract.
contract Passes is ERC1155 {
    string public constant symbol = "PASS";

    constructor() ERC1155("data:,{id}") {}

    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }

    function mintBatch(address to, uint256[] calldata ids, uint256[] calldata amounts) external {
        _mintBatch(to, ids, amounts, "");
    }
}

/// @title A coin whose balances no log tells of.
contract Silent {
    string public constant name = "Silent";
    string public constant symbol = "HUSH";
    uint8 public constant decimals = 18;
    uint256 public constant totalSupply = 1e24;
    mapping(address => uint256) public balanceOf;

    function give(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }
}

/// @title A piece of which the log was never written.
contract SilentPiece is ERC721("Piece", "PCE") {
    function give(address to) external {
        _mintWithoutLog(to);
    }

    function _mintWithoutLog(address to) private {
        assembly {
            mstore(0, to)
            mstore(32, 3)
            sstore(keccak256(0, 64), 1)
        }
    }
}

/// @title A contract whose logs only look like those of a multi-token.
contract Impostor {
    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);

    bytes32 private constant BATCH = keccak256("TransferBatch(address,address,address,uint256[],uint256[])");

    /// Ids that nobody holds, as many as `count`.
    function spam(address to, uint256 count) external {
        for (uint256 id = 0; id < count; ++id) emit TransferSingle(msg.sender, address(0), to, id, 1);
    }

    /// A batch that is no encoding of one.
    function garble(address to) external {
        bytes32 signature = BATCH;
        assembly {
            mstore(0, not(0))
            mstore(32, not(0))
            log4(0, 64, signature, caller(), 0, to)
        }
    }
}
