using System.Diagnostics;

namespace Forewave.Bench.Peers.Measurement;

/// <summary>Measures one stretch of work: time, the broker's processes, the client.</summary>
/// <remarks>Started by its constructor; <see cref="StopAsync"/> ends the stretch and is called once. Memory is sampled every 100 ms.</remarks>
internal sealed class Meter
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(100);
    private readonly IReadOnlyList<int> _brokerProcessIds;
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _brokerCpuBefore;
    private readonly TimeSpan _clientCpuBefore;
    private readonly long _startTicks;
    private readonly Task _sampling;
    private long _peakResidentBytes;

    public Meter(IReadOnlyList<int> brokerProcessIds)
    {
        _brokerProcessIds = brokerProcessIds;
        var broker = ProcessUsage.OfTrees(brokerProcessIds);
        _brokerCpuBefore = broker.Cpu;
        _peakResidentBytes = broker.ResidentBytes;
        _clientCpuBefore = ProcessUsage.OwnCpu();
        _sampling = SampleAsync();
        _startTicks = Stopwatch.GetTimestamp();
    }

    public async Task<MeterReading> StopAsync()
    {
        var elapsed = Stopwatch.GetElapsedTime(_startTicks);
        var clientCpu = ProcessUsage.OwnCpu() - _clientCpuBefore;
        var broker = ProcessUsage.OfTrees(_brokerProcessIds);
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
        return new MeterReading
        {
            Elapsed = elapsed,
            BrokerCpu = broker.Cpu - _brokerCpuBefore,
            ClientCpu = clientCpu,
            BrokerPeakResidentBytes = Math.Max(_peakResidentBytes, broker.ResidentBytes),
        };
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(SampleEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                _peakResidentBytes = Math.Max(_peakResidentBytes, ProcessUsage.OfTrees(_brokerProcessIds).ResidentBytes);
            }
        }
        catch (OperationCanceledException)
        {
            // The stretch is over.
        }
    }
}
