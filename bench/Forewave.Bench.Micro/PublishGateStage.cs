using BenchmarkDotNet.Attributes;
using Forewave.Broker;
using Forewave.Broker.Ingest;
using Forewave.Broker.Load;
using Forewave.Broker.Queues;
using Forewave.Broker.Quotas;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Bench.Micro;

/// <summary>What switches and quotas cost a batch of a publish: where nothing is set, and where its queue has a rate.</summary>
[MemoryDiagnoser]
public class PublishGateStage
{
    private readonly byte[] _messages = new byte[1024];
    private SettingDirectory _settings = null!;
    private PublishGate _gate = null!;
    private SessionQuota _quota = null!;
    private QueueEntry _queue = null!;

    /// <summary>What is set live.</summary>
    [Params("nothing", "another queue's switch", "the queue's rate", "all rates")]
    public string Set { get; set; } = "";

    /// <summary>Puts it together, without an engine.</summary>
    [GlobalSetup]
    public void Open()
    {
        var time = TimeProvider.System;
        FilesStore store = new(new FilesStoreOptions { Disk = new MemoryDisk(), MinFreeBytes = 0 }, time);
        _settings = new SettingDirectory(store, new BrokerOptions(), time, NullLogger.Instance);
        _gate = new PublishGate(_settings, new MemoryWatch(ProcessMemory.Instance, static () => 0, time, NullLogger.Instance), new QueueLengths(static _ => null!, time), time);
        _quota = new SessionQuota(new UserQuotas(_settings, time), "ann", time);
        _queue = new QueueEntry(1, new QueueName("orders"), QueueOptions.Default);
        string[] names = Set switch
        {
            "another queue's switch" => ["publish@others"],
            "the queue's rate" => ["queueMessagesPerSecond"],
            "all rates" => ["queueMessagesPerSecond", "queueBytesPerSecond", "userMessagesPerSecond", "userBytesPerSecond", "connectionMessagesPerSecond", "connectionBytesPerSecond"],
            _ => [],
        };
        ulong number = 0;
        foreach (string name in names)
        {
            SettingChange change = new() { Number = ++number, Time = 0, By = "bench", Name = name, Before = null, After = name.Contains('@', StringComparison.Ordinal) ? "false" : "1000000000" };
            _settings.Apply(change.Encode());
        }
    }

    /// <summary>One batch of one message of 1 KiB.</summary>
    [Benchmark]
    public bool Admit()
    {
        PendingBatch batch = new() { Queue = _queue, Count = 1, Messages = _messages };
        return _gate.Admits(ref batch, _quota);
    }
}
