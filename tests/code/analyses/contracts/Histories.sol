// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

/// Balances as histories, the way MiniMe keeps them: every change is a new entry.
contract Histories {
    struct Entry {
        uint128 since;
        uint128 value;
    }

    address public controller = msg.sender;
    mapping(address => Entry[]) internal balances;
    Entry[] internal supply;

    function balanceOf(address owner) external view returns (uint256) {
        return last(balances[owner]);
    }

    function totalSupply() external view returns (uint256) {
        return last(supply);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        uint256 held = last(balances[msg.sender]);
        if (held < amount) {
            return false;
        }
        put(balances[msg.sender], held - amount);
        put(balances[to], last(balances[to]) + amount);
        return true;
    }

    function last(Entry[] storage entries) internal view returns (uint256) {
        return entries.length == 0 ? 0 : entries[entries.length - 1].value;
    }

    function put(Entry[] storage entries, uint256 value) internal {
        if (entries.length == 0 || entries[entries.length - 1].since < block.number) {
            entries.push(Entry(uint128(block.number), uint128(value)));
        } else {
            entries[entries.length - 1].value = uint128(value);
        }
    }

    function make(address to, uint256 amount) internal {
        put(supply, last(supply) + amount);
        put(balances[to], last(balances[to]) + amount);
    }

    function destroy(address from, uint256 amount) internal {
        uint256 held = last(balances[from]);
        require(held >= amount, "not enough");
        put(supply, last(supply) - amount);
        put(balances[from], held - amount);
    }
}

/// Nobody creates units.
contract FixedHistories is Histories {}

/// The controller creates and destroys units of anybody.
contract ControlledHistories is Histories {
    function generateTokens(address to, uint256 amount) external {
        require(msg.sender == controller, "controller");
        make(to, amount);
    }

    function destroyTokens(address from, uint256 amount) external {
        require(msg.sender == controller, "controller");
        destroy(from, amount);
    }
}

/// Anybody creates units; everybody destroys only their own.
contract OpenHistories is Histories {
    function claim(uint256 amount) external {
        make(msg.sender, amount);
    }

    function burn(uint256 amount) external {
        destroy(msg.sender, amount);
    }
}

/// Everybody destroys only their own units: that creates none.
contract BurnableHistories is Histories {
    function burn(uint256 amount) external {
        destroy(msg.sender, amount);
    }
}
