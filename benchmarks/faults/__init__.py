"""A fleet in one process, under faults that are drawn from a seed: is anything lost, doubled, or counted otherwise?

The kiosk's journal and uplink, the contract, and the hub's ingest and attendance are the product's own; network,
clocks, disks and sudden ends are simulated.
"""
