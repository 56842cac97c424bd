using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// Looks at the settings of both databases every 5 s while one follows the other. Changes nothing: a setting that is wrong ends the run,
/// and the next one begins by setting what may be set.
/// <para>
/// Thread-safe. A thread of its own, so that nothing that a slave has to do waits for a master that does not answer; what cannot be asked
/// says nothing. Disposing ends it.
/// </para>
/// </summary>
internal sealed class SettingWatch : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly GroupPlace _place;
    private readonly Action<(string Run, string Wrong)> _wrong;
    private readonly Thread _thread;
    private string? _run;
    private bool _isEnding;

    /// <param name="place">Where they are.</param>
    /// <param name="wrong">Told the run and what is wrong, line by line; on the thread of the looks.</param>
    public SettingWatch(GroupPlace place, Action<(string Run, string Wrong)> wrong)
    {
        _place = place;
        _wrong = wrong;
        _thread = new Thread(Look) { Name = "forewave-settings", IsBackground = true };
        _thread.Start();
    }

    /// <summary>A run has begun, with settings that were looked at.</summary>
    public void Begin(string run)
    {
        lock (_gate)
        {
            _run = run;
        }
    }

    /// <summary>The run is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            _run = null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private void Look()
    {
        while (Next(out string? run))
        {
            if (run is not null && Ask() is { IsRight: false } report)
            {
                _wrong((run, $"The slave is not in sync any more, for the databases' settings were changed:\n{string.Join('\n', report.Wrong)}"));
            }
        }
    }

    private bool Next(out string? run)
    {
        lock (_gate)
        {
            if (!_isEnding)
            {
                Monitor.Wait(_gate, Pace);
            }

            run = _run;
            return !_isEnding;
        }
    }

    private SettingReport? Ask()
    {
        try
        {
            using Connection own = Connection.Open(_place.OwnLooked);
            using Connection peer = Connection.Open(_place.PeerLooked);
            return SettingCheck.Look(peer, own);
        }
        catch (DatabaseException)
        {
            return null;
        }
    }
}
