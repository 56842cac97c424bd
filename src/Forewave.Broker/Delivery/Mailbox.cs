using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery;

/// <summary>
/// What others hand to one loop: commands of sessions and committed records. Any thread puts in, the loop alone takes out, both
/// lists at once. Commands are bounded by <see cref="HasRoom"/>, which sessions ask before they read on; committed records by
/// what the log can hold between two turns of the loop, which takes them first.
/// </summary>
internal sealed class Mailbox(int capacity)
{
    private readonly Lock _gate = new();
    private List<IDeliveryCommand> _commands = [];
    private List<CommittedRecord> _committed = [];
    private LogPosition _through;
    private bool _awake;
    private bool _rung;
    private TaskCompletionSource? _room;
    private volatile int _count;

    /// <summary>Fewer commands wait than the mailbox is meant for.</summary>
    public bool HasRoom => _count < capacity;

    /// <summary>Completes when <see cref="HasRoom"/> is true again.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (HasRoom)
                return ValueTask.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(cancellation));
        }
    }

    /// <summary>Puts a command in; true when the loop sleeps and has to be woken.</summary>
    public bool Put(IDeliveryCommand command)
    {
        lock (_gate)
        {
            _commands.Add(command);
            _count = _commands.Count;
            return Wake();
        }
    }

    /// <summary>Puts committed records in, and how far the log is committed; true when the loop has to be woken.</summary>
    public bool Put(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        lock (_gate)
        {
            _committed.AddRange(records);
            _through = through;
            return !records.IsEmpty && Wake();
        }
    }

    /// <summary>Asks for a turn; true when the loop has to be woken.</summary>
    public bool Ring()
    {
        lock (_gate)
        {
            _rung = true;
            return Wake();
        }
    }

    /// <summary>Takes the committed records in exchange for an empty list, and how far the log is committed.</summary>
    public void TakeCommitted(ref List<CommittedRecord> committed, out LogPosition through)
    {
        lock (_gate)
        {
            (committed, _committed) = (_committed, committed);
            through = _through;
        }
    }

    /// <summary>Takes the commands in exchange for an empty list.</summary>
    public void TakeCommands(ref List<IDeliveryCommand> commands)
    {
        lock (_gate)
        {
            (commands, _commands) = (_commands, commands);
            _count = 0;
            _room?.TrySetResult();
            _room = null;
        }
    }

    /// <summary>True: nothing came in since it was taken, the loop sleeps from now on.</summary>
    /// <param name="ignoreCommands">The loop cannot run commands now and is woken when it can.</param>
    public bool TrySleep(bool ignoreCommands)
    {
        lock (_gate)
        {
            bool sleeps = !_rung && _committed.Count == 0 && (ignoreCommands || _commands.Count == 0);
            _rung = false;
            _awake = !sleeps;
            return sleeps;
        }
    }

    private bool Wake()
    {
        bool asleep = !_awake;
        _awake = true;
        return asleep;
    }
}
