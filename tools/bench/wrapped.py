"""Calls inside other calls: Safes, batches, timelocks, scripts, and messages to the parent chain."""

from __future__ import annotations

from eth_abi.abi import encode
from eth_utils import keccak

from fixtures.contract import calldata
from fixtures.replay import COUNCIL, HOLDINGS, TOKEN, TREASURY_TIMELOCK, WALLET

Call = tuple[str, int, str]

L1_TIMELOCK = "0xe6841d92b0c345144506576ec13ecf5103ac7f49"
L1_PROXY_ADMIN = "0x5613af0474eb9c528a34701a5b1662e3c8fa0678"
L1_TOKEN = "0xb50721bcf8d664c30412cfbc6cf7a15145234ad1"
INBOX = "0x4dbd4fc535ac27206064b68ffcf827b0a60bab3f"
MAGIC = "0xa723c008e76e379c55599d2e4d93879beafda79c"
MULTISEND = "0x38869bf66a61cf6bdb996a6ae40d5853fd43b526"
DISPERSE = "0xd152f549545093347a162dce210e7293f1452150"
UNREAD_CODE = "0x5afe0000000000000000000000000000000e71d1"
"""A contract without published source."""

MORTAL_CODE = "0x5afe0000000000000000000000000000000e71d2"
"""A contract with source, and with a way to destroy it."""

EMPTY = "0x5afe0000000000000000000000000000000e71d3"
"""An address without code."""

ENDPOINT = "0x1a44076050125825900e736c501f859c50fe728c"
"""LayerZero 2's endpoint; the others are Wormhole's relayer and core, Axelar's gateway and CCIP's router."""

RELAYER = "0x27428dd2d3dd32a4d7f7c497eaaa23130d894911"
WORMHOLE = "0xa5f208e072434bc67592e4c49c1b991ba79bca46"
AXELAR = "0xe432150cce91c13a887f7d836923d5597add8e31"
CCIP = "0x141fa059441e0ca23ce184b6a78bafd2a517dde8"
DELAYS = "0x5afe0000000000000000000000000000000e71d4"
"""A timelock of Compound's kind, an Aragon agent and an account of ERC-7579: whatever takes their calls."""

BRIDGES = (ENDPOINT, RELAYER, WORMHOLE, AXELAR, CCIP, DELAYS)

PROXY = "0x096760f208390250649e3e8763348e783aef5562"
SALT = ("0x" + "00" * 32, "0x" + "22" * 32)
SCHEDULE = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"
PROPOSER_ROLE = keccak(text="PROPOSER_ROLE")


def safe_call(to: str, data: str, operation: int) -> str:
    """A Safe's own transaction."""
    zero = "0x" + "00" * 20
    signature = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
    return calldata(signature, to, 0, data, operation, 0, 0, 0, zero, zero, "0x")


def packed(*calls: Call) -> str:
    """Safe's MultiSend."""
    rows = (f"00{to[2:]}{value:064x}{len(data) // 2 - 1:064x}{data[2:]}" for to, value, data in calls)
    return calldata("multiSend(bytes)", "0x" + "".join(rows))


def home(call: Call) -> Call:
    """Through the parent chain and back: how Arbitrum's own upgrades travel."""
    to, value, data = call
    ticket = (
        "0x"
        + encode(
            ["address", "address", "uint256", "uint256", "uint256", "bytes"],
            [INBOX, to, value, 0, 0, bytes.fromhex(data[2:])],
        ).hex()
    )
    return up((MAGIC, 0, ticket))


def up(call: Call) -> Call:
    """A message to the parent chain's timelock."""
    to, value, data = call
    scheduled = calldata(SCHEDULE, to, value, data, *SALT, 259_200)
    return ("0x" + "00" * 19 + "64", 0, calldata("sendTxToL1(address,bytes)", L1_TIMELOCK, scheduled))


def word(address: str) -> str:
    """An address as a word."""
    return "0x" + "00" * 12 + address[2:]


def rows(*calls: Call) -> str:
    """Calls as the receivers of governance bridges take them: targets, values, payloads."""
    columns = [call[0] for call in calls], [call[1] for call in calls], [bytes.fromhex(call[2][2:]) for call in calls]
    return "0x" + encode(["address[]", "uint256[]", "bytes[]"], columns).hex()


def owner_there(to: str) -> Call:
    """A new owner on the parent chain."""
    return (L1_PROXY_ADMIN, 0, calldata("transferOwnership(address)", to))


def layer_zero(stranger: str) -> Call:
    """A role on the parent chain, by LayerZero 2."""
    payload = rows((L1_TIMELOCK, 0, calldata("grantRole(bytes32,address)", PROPOSER_ROLE, stranger)))
    sent = (30101, word(L1_TIMELOCK), payload, "0x", False)
    return (ENDPOINT, 0, calldata("send((uint32,bytes32,bytes,bytes,bool),address)", sent, TREASURY_TIMELOCK))


def wormhole(stranger: str) -> Call:
    """An upgrade on the parent chain, by Wormhole in Uniswap's form."""
    upgrade = calldata("upgrade(address,address)", PROXY, stranger)
    columns = [L1_PROXY_ADMIN], [0], [bytes.fromhex(upgrade[2:])], L1_TIMELOCK, 2
    payload = "0x" + encode(["address[]", "uint256[]", "bytes[]", "address", "uint16"], columns).hex()
    return (WORMHOLE, 0, calldata("publishMessage(uint32,bytes,uint8)", 0, payload, 1))


def relayed(stranger: str) -> Call:
    """A new owner there, by Wormhole's relayer."""
    data = owner_there(stranger)[2]
    signature = "sendPayloadToEvm(uint16,address,bytes,uint256,uint256)"
    return (RELAYER, 0, calldata(signature, 2, L1_PROXY_ADMIN, data, 0, 500_000))


def axelar(stranger: str) -> Call:
    """A new owner there, by Axelar."""
    payload = rows(owner_there(stranger))
    return (AXELAR, 0, calldata("callContract(string,string,bytes)", "Ethereum", L1_TIMELOCK, payload))


def ccip(stranger: str) -> Call:
    """Tokens that go with a message of Chainlink's CCIP."""
    message = (word(stranger), "0x", [(TOKEN, 5 * 10**24)], "0x" + "00" * 20, "0x")
    signature = "ccipSend(uint64,(bytes,bytes,(address,uint256)[],address,bytes))"
    return (CCIP, 0, calldata(signature, 5009297550715157269, message))


def omnichain(stranger: str) -> Call:
    """The token itself goes to another chain (LayerZero 2)."""
    sent = (30101, word(stranger), 6_543_210 * 10**18, 0, "0x", "0x", "0x")
    signature = "send((uint32,bytes32,uint256,uint256,bytes,bytes,bytes),(uint256,uint256),address)"
    return (TOKEN, 0, calldata(signature, sent, (0, 0), TREASURY_TIMELOCK))


def omnichain_1(stranger: str) -> Call:
    """The wallet's tokens go to another chain (LayerZero 1)."""
    signature = "sendFrom(address,uint16,bytes,uint256,address,address,bytes)"
    zero = "0x" + "00" * 20
    return (
        TOKEN,
        0,
        calldata(signature, WALLET, 101, bytes.fromhex(stranger[2:]), HOLDINGS["wallet"], zero, zero, "0x"),
    )


def module(call: Call, operation: int) -> Call:
    """A call that a Safe's module makes."""
    signature = "execTransactionFromModule(address,uint256,bytes,uint8)"
    return (COUNCIL, 0, calldata(signature, call[0], call[1], call[2], operation))


def scheduled_batch(*calls: Call) -> Call:
    """Calls that the treasury's timelock schedules."""
    columns = [call[0] for call in calls], [call[1] for call in calls], [bytes.fromhex(call[2][2:]) for call in calls]
    signature = "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)"
    return (TREASURY_TIMELOCK, 0, calldata(signature, *columns, *SALT, 259_200))


def script(*calls: Call) -> Call:
    """Calls of Aragon's scripts."""
    packed = "00000001" + "".join(f"{to[2:]}{len(data) // 2 - 1:08x}{data[2:]}" for to, _, data in calls)
    return (DELAYS, 0, calldata("forward(bytes)", "0x" + packed))


def account(call: Call) -> Call:
    """A call of an account of ERC-7579."""
    packed = "0x" + call[0][2:] + f"{call[1]:064x}" + call[2][2:]
    return (DELAYS, 0, calldata("execute(bytes32,bytes)", bytes(32), packed))


def compound(to: str, signature: str, arguments: str) -> Call:
    """A call that Compound's timelock queues."""
    queue = "queueTransaction(address,uint256,string,bytes,uint256)"
    return (DELAYS, 0, calldata(queue, to, 0, signature, arguments, 2**40))
