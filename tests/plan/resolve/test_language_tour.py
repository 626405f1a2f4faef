"""Every construct of the plan language in one plan that holds together: no finding but the one that belongs there."""

from __future__ import annotations

from groundplan.plan.patterns import ReadPattern
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve

TOUR = """
plan: tour
entities:
  Shop: {attributes: {name: text}}
  Item:
    tenant: Shop
    unique: [[shop, sku]]
    checks: {dates: "starts_at < ends_at"}
    attributes:
      nb_of_bids: int = 0
      highest:    money computed max(bids.amount)
      sku:        text(20)
      starts_at:  timestamp
      ends_at:    timestamp
  Bid: {attributes: {amount: money}}
  Order:
    attributes: {zip: text(10), city: text(80), country: text(60)}
    normal_form: BCNF
    dependencies: ["zip -> city, country"]
  Booking:
    exclude: [{room: "=", during: "&&"}]
    attributes: {room: text, during: range of timestamp}
  Device: {attributes: {serial: text unique}}
  Reading:
    key: [device, at]
    rows: {now: 2B, growth: +50M/day}
    lifecycle: {retain: 90 days by at}
    attributes:
      at:    {type: timestamp, values: {arrives: in order, late: 5 min}}
      value: {type: float, values: {distinct: 5K, skew: zipf 1.1, nulls: 2%}}
  Ticket: {attributes: {title: text}}
  Message: {attributes: {text: text}}
  Attachment: {attributes: {url: url}}
rollups:
  hourly: {of: Reading, by: [device], every: 1 hour by at, fields: ["avg(value) as mean"], keep: 2 years}
relationships:
  Item.shop > Shop:                       {inverse: items}
  Bid.item > Item:                        {inverse: bids}
  Reading.device > Device:                {inverse: readings, inverse_fanout: {p50: 100K}, on_update: cascade}
  Attachment.subject > Ticket | Message:  {inverse: attachments}
access:
  history:
    {read: Reading, where: "device = :device and at >= :since", params: {device: hot, since: now() - 1 day}, limit: 5}
  latest:  {read: Reading, latest: {per: device, by: at}}
  hours:   {read: Reading, group: ["date_trunc('hour', at)"], fields: ["avg(value) as mean"]}
  load:    {insert: Reading, batch: 5000}
  rename:  {upsert: Device, on: [serial]}
  forget:  {delete: Device, where: "id = :id"}
  add_bid: {insert: Bid}
  bump:    {update: Item, where: "id = :id", set: {nb_of_bids: nb_of_bids + 1}}
  notes:   {read: Attachment, where: "subject.title = :title", fields: [url]}
  of:      {read: Ticket, fields: [title, attachments.url]}
transactions:
  StoreBid: {steps: [add_bid, bump], isolation: read committed}
workload: {mixes: {bidding: {StoreBid: 3.74%, history: 10%}}, use: bidding, total: 1000/s}
"""


def test_the_language_is_resolved_whole() -> None:
    reading = read_plan_text(TOUR, file="tour.plan.yaml")
    assert reading.plan is not None
    assert reading.diagnostics == ()
    found = resolve(reading.plan)
    assert found.diagnostics == ()
    assert [pattern.name for pattern in found.patterns] == [pattern.name for pattern in reading.plan.access]
    hours = next(pattern for pattern in found.patterns if pattern.name == "hours")
    assert isinstance(hours, ReadPattern)
    assert [field.name for field in hours.fields] == ["date_trunc", "mean"]
    history = next(pattern for pattern in found.patterns if pattern.name == "history")
    assert history.demand.rate == 100
