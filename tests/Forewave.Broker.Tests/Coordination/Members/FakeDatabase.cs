using Forewave.Coordination.Members;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>
/// One node's database: rows in the order of its log, of which a slave has applied the first ones; a restart of it, or of its receiver,
/// wipes the others. It outlives the brokers of its node.
/// </summary>
internal sealed class FakeDatabase(MemberFault fault)
{
    private CancellationTokenSource _broken = new();
    private string _watched = "";
    private uint _fence;

    public List<Row> Rows { get; } = [];

    public int Applied { get; private set; }

    /// <summary>The run that it is in; empty: in none.</summary>
    public string Run { get; private set; } = "";

    /// <summary>Its process is there.</summary>
    public bool IsUp { get; private set; } = true;

    public bool IsFrozen { get; set; }

    public bool IsReceiving { get; private set; }

    /// <summary>It says what it received: until it has forgotten its master.</summary>
    public bool IsSlave { get; private set; }

    public bool Works => IsUp && !IsFrozen;

    /// <summary>The highest epoch that it knows: its fences', which are replicated with the rows.</summary>
    public uint Epoch => Math.Max(_fence, Rows.Take(Applied).Select(row => row.Epoch).DefaultIfEmpty().Max());

    /// <summary>How many rows are the same, from the first on.</summary>
    public int SameAs(FakeDatabase other) => Rows.Zip(other.Rows).TakeWhile(pair => pair.First == pair.Second).Count();

    /// <summary>Takes writes under an epoch.</summary>
    public void Open(uint epoch)
    {
        Wipe();
        (_fence, IsSlave) = (epoch, false);
    }

    public void Append(Row row)
    {
        Rows.Add(row);
        Applied = Rows.Count;
    }

    /// <summary>A row of the master arrives.</summary>
    public bool Receive(FakeDatabase master)
    {
        int same = SameAs(master);
        if (!IsReceiving || !Works || !master.Works || same < Rows.Count || same == master.Rows.Count)
            return false;
        Rows.Add(master.Rows[same]);
        return true;
    }

    public void ApplyOne() => Applied = Math.Min(Applied + 1, Rows.Count);

    public void ApplyAll() => Applied = Rows.Count;

    public void StopReceiving() => IsReceiving = false;

    /// <summary>What was received is applied: its master is forgotten.</summary>
    public void Detach() => (IsReceiving, IsSlave) = (false, false);

    /// <summary>What was received and not applied is gone, and with it the run.</summary>
    public void Wipe()
    {
        IsReceiving = false;
        CutTo(Applied);
        if (fault != MemberFault.RunOutlivesRestart)
            Run = "";
    }

    /// <summary>Its receiver alone is started again.</summary>
    public void RestartReceiver()
    {
        bool wasReceiving = IsReceiving;
        Wipe();
        IsReceiving = wasReceiving;
    }

    public void Stop() => (IsUp, IsFrozen) = (false, false);

    /// <summary>With skip_slave_start: it receives nothing until it is told to.</summary>
    public void Start()
    {
        IsUp = true;
        bool wasReceiving = IsReceiving;
        Wipe();
        IsReceiving = wasReceiving && fault == MemberFault.RunOutlivesRestart;
    }

    public ReceiverRun Follow(FakeDatabase master, string run)
    {
        Wipe();
        Cut(master);
        (_broken, _watched, Run) = (new CancellationTokenSource(), run, run);
        (IsReceiving, IsSlave) = (true, true);
        return new ReceiverRun(run, _broken.Token);
    }

    /// <summary>Who watches the run sees that it is over: some time after it was.</summary>
    public void Notice()
    {
        if (Run != _watched)
            _broken.Cancel();
    }

    // The rows of its own last epoch end where the master's rows of epochs up to that one end; then those of the epoch before.
    private void Cut(FakeDatabase master)
    {
        int length;
        do
        {
            length = Rows.Count;
            uint last = Rows.Count > 0 ? Rows[^1].Epoch : 0;
            CutTo(Math.Min(length, master.Rows.TakeWhile(row => row.Epoch <= last).Count()));
        }
        while (Rows.Count < length);
    }

    private void CutTo(int length)
    {
        Rows.RemoveRange(length, Rows.Count - length);
        Applied = Math.Min(Applied, length);
    }
}
