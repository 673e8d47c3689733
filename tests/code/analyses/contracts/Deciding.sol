// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

abstract contract Hall {
    struct Paper {
        address to;
        uint256 amount;
        uint256 closes;
        uint256 eta;
        uint256 yes;
        bool done;
    }

    Paper[] public papers;
    mapping(address => uint256) public shares;
    mapping(uint256 => mapping(address => bool)) public cast;

    function propose(address to, uint256 amount) external {
        papers.push(Paper(to, amount, block.timestamp + 3 days, 0, 0, false));
    }

    function vote(uint256 id) external {
        require(block.timestamp < papers[id].closes && !cast[id][msg.sender]);
        cast[id][msg.sender] = true;
        papers[id].yes += shares[msg.sender];
    }

    function _pay(Paper storage paper) internal {
        require(!paper.done);
        paper.done = true;
        (bool success,) = paper.to.call{value: paper.amount}("");
        require(success);
    }
}

contract BlindHall is Hall {
    function execute(uint256 id) external {
        require(block.timestamp >= papers[id].closes);
        _pay(papers[id]);
    }
}

contract CountingHall is Hall {
    function passed(uint256 id) public view virtual returns (bool) {
        return block.timestamp >= papers[id].closes && papers[id].yes > 10;
    }

    function execute(uint256 id) external {
        require(passed(id));
        _pay(papers[id]);
    }
}

contract PatientHall is Hall {
    function execute(uint256 id) external {
        require(block.timestamp >= papers[id].closes + 1 days && papers[id].yes > 10);
        _pay(papers[id]);
    }
}

contract QueueingHall is Hall {
    function queue(uint256 id) external {
        require(block.timestamp >= papers[id].closes && papers[id].yes > 10);
        papers[id].eta = block.timestamp + 1 days;
    }

    function execute(uint256 id) external {
        uint256 eta = papers[id].eta;
        require(eta != 0 && block.timestamp >= eta);
        _pay(papers[id]);
    }
}

contract AskingHall is Hall {
    CountingHall public immutable other = CountingHall(address(1));

    function execute(uint256 id) external {
        require(other.passed(id));
        _pay(papers[id]);
    }
}

contract OverridingHall is CountingHall {
    function passed(uint256) public pure override returns (bool) {
        return true;
    }
}

contract OfficeHall is Hall {
    address public immutable clerk = msg.sender;

    function execute(uint256 id) external {
        require(msg.sender == clerk);
        _pay(papers[id]);
    }
}

contract HastyHall is PatientHall {
    function executeNow(uint256 id) external {
        require(block.timestamp >= papers[id].closes && papers[id].yes > 20);
        _pay(papers[id]);
    }
}

contract RipeningHall is Hall {
    mapping(uint256 => bool) public ripe;

    function ripen(uint256 id) external {
        require(block.timestamp >= papers[id].closes + 1 days && papers[id].yes > 10);
        ripe[id] = true;
    }

    function execute(uint256 id) external {
        require(ripe[id]);
        _pay(papers[id]);
    }
}
