using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Promises.Scenarios;
using Forewave.Storage.Files.Disk.Simulation;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Scheduling;

/// <summary>One machine through several lives of its broker; every choice is drawn from the seed.</summary>
internal sealed class ScheduleCrashRun
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);
    private static readonly int[] DelaysMilliseconds = [1, 500, 5_000, 60_000, 3_600_000, 7_200_000, 86_400_000, 200_000_000];

    private readonly Random _random;
    private readonly MovedTime _time = new();
    private PowerLossDisk _machine;
    private int _named;
    private ulong _producer;

    public ScheduleCrashRun(int seed)
    {
        _random = new Random(seed);
        _machine = new PowerLossDisk(seed);
    }

    public ScheduleHistory History { get; } = new();

    /// <summary>Starts a broker and works with it, until the power fails or the operations are done.</summary>
    public async Task LiveAsync(int operations, bool losesPower)
    {
        int left = _random.Next(5, 400);
        _machine.BeforeOperation = losesPower ? _ => CutAfter(ref left) : null;
        TestEngine? engine = null;
        try
        {
            engine = await TestEngine.StartOnDiskAsync(_machine, _time);
            var client = await ScheduleClient.OpenAsync(engine, ++_producer).WaitAsync(LongestAnswer);
            for (int i = 0; i < operations && !_machine.IsPowerLost; i++)
                await StepAsync(client);
        }
        catch (Exception end) when (_machine.IsPowerLost && IsEnd(end))
        {
            // What was not answered may be, or not: the history knows.
        }
        if (losesPower && !_machine.IsPowerLost && _random.Next(2) == 0)
            _machine.CutPower();
        await CloseAsync(engine);
        if (_machine.IsPowerLost)
            _machine = _machine.PowerLoss();
    }

    /// <summary>A last life, in which everything that is pending comes.</summary>
    public async Task EndAsync()
    {
        _time.Move(TimeSpan.FromDays(3));
        await using var engine = await TestEngine.StartOnDiskAsync(_machine, _time);
        var client = await ScheduleClient.OpenAsync(engine, ++_producer);
        long begun = TimeProvider.System.GetTimestamp();
        ulong scheduled = 1;
        while (scheduled + (ulong)History.Missing.Count > 0 && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(20))
        {
            await ReceiveAsync(client);
            scheduled = await client.ScheduledAsync();
        }
        // What was scheduled after the last known one, of which nobody has a receipt, and any second copy.
        await client.PublishAsync(ScheduleClient.Named("last"));
        for (bool isLast = false; !isLast;)
            isLast = (await client.ReceiveAsync(1)).Select(Note).Contains("last");
        History.Violations.AddRange(History.Missing.Select(name => $"{name} never came"));
        if (scheduled > 0)
            History.Violations.Add($"{scheduled} messages are scheduled that were due long ago");
    }

    private async Task CloseAsync(TestEngine? engine)
    {
        try
        {
            if (engine is not null)
                await engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception end) when (_machine.IsPowerLost && IsEnd(end))
        {
            // Without power nothing can be put in order.
        }
    }

    private void CutAfter(ref int left)
    {
        if (left-- == 0)
            _machine.CutPower();
    }

    private static bool IsEnd(Exception end) =>
        end is TimeoutException or InvalidOperationException or NullReferenceException or IOException
        || BrokerLife.IsEnd(end) || end is Forewave.Storage.StoreException or RefusedException;

    private async Task StepAsync(ScheduleClient client)
    {
        switch (_random.Next(10))
        {
            case < 4:
                await PublishAsync(client);
                break;
            case 4:
                await CancelAsync(client);
                break;
            case 5:
                await RescheduleAsync(client);
                break;
            case < 9:
                await client.MoveAsync(TimeSpan.FromMilliseconds(Delay())).WaitAsync(LongestAnswer);
                break;
            default:
                await ReceiveAsync(client);
                break;
        }
    }

    private async Task PublishAsync(ScheduleClient client)
    {
        string[] names = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => $"m{++_named}")];
        var messages = new V1.Message[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            int delay = _random.Next(4) == 0 ? 0 : Delay();
            messages[i] = ScheduleClient.Delayed(names[i], TimeSpan.FromMilliseconds(delay));
            messages[i].Keys.Add(names[i]);
            History.Publishing(names[i], client.In(TimeSpan.FromMilliseconds(delay)));
        }
        var answer = await client.PublishAsync(messages).WaitAsync(LongestAnswer);
        for (int i = 0; i < names.Length && answer.Error is null; i++)
            History.Published(names[i], answer.FirstPosition + (ulong)i);
    }

    private async Task CancelAsync(ScheduleClient client)
    {
        if (Pick() is not { } name)
            return;
        var takeBack = History.Cancelling(name);
        var answer = await client.CancelAsync(History.PositionOf(name)).WaitAsync(LongestAnswer);
        if (answer.Error is null)
            History.Cancelled(name);
        else if (answer.Error.Number == (uint)Forewave.Protocol.ErrorCode.NotScheduled)
            takeBack();
    }

    private async Task RescheduleAsync(ScheduleClient client)
    {
        if (Pick() is not { } name)
            return;
        int delay = Delay();
        ulong due = client.In(TimeSpan.FromMilliseconds(delay));
        History.Rescheduling(name, due);
        var choice = new V1.ScheduledChoice { Queue = ScheduleClient.Queue, Key = name };
        var answer = await client.AskAsync(new() { Reschedule = new() { Choice = choice, DeliverAt = due } }).WaitAsync(LongestAnswer);
        if (answer.Error is null)
            History.Rescheduled(name, due);
    }

    private async Task ReceiveAsync(ScheduleClient client)
    {
        foreach (var message in await client.PollAsync().WaitAsync(LongestAnswer))
            Note(message);
    }

    private string Note(Received message)
    {
        if (message.Name != "last")
            History.Received(message, (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds());
        return message.Name;
    }

    private string? Pick()
    {
        var open = History.Open;
        return open.Count == 0 ? null : open[_random.Next(open.Count)];
    }

    private int Delay() => _random.Next(1, DelaysMilliseconds[_random.Next(DelaysMilliseconds.Length)] + 1);
}
