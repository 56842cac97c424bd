namespace Forewave.Client.Consuming;

/// <summary>The runs that are not wholly settled, in the order of their arrival. Guarded by the consumer's lock.</summary>
internal sealed class LeasedRuns
{
    private LeasedRun? _last;

    /// <summary>The oldest one.</summary>
    public LeasedRun? First { get; private set; }

    public void Add(LeasedRun run)
    {
        run.Begin();
        run.IsListed = true;
        run.Before = _last;
        if (_last is null)
        {
            First = run;
        }
        else
        {
            _last.After = run;
        }

        _last = run;
    }

    /// <summary>Notes that messages of a run are settled; a run of which nothing is left is taken out.</summary>
    public void Settle(LeasedRun run, int index, uint count = 1)
    {
        run.Settle(index, count);
        if (run.Unsettled == 0 && run.IsListed)
        {
            Remove(run);
        }
    }

    private void Remove(LeasedRun run)
    {
        run.IsListed = false;
        if (run.Before is { } before)
        {
            before.After = run.After;
        }
        else
        {
            First = run.After;
        }

        if (run.After is { } after)
        {
            after.Before = run.Before;
        }
        else
        {
            _last = run.Before;
        }

        // What an application keeps of a settled run must not keep its neighbours.
        (run.Before, run.After) = (null, null);
    }
}
