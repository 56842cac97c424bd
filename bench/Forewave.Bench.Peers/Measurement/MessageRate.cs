namespace Forewave.Bench.Peers.Measurement;

internal readonly record struct MessageRate(int PerSecond);
