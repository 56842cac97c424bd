namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>The violations that the rules of one check found, in order.</summary>
internal sealed class ViolationLog
{
    private readonly List<Violation> _found = [];

    public IReadOnlyList<Violation> Found => _found;

    public void Add(Violation violation) => _found.Add(violation);

    public void Require(bool holds, Func<Violation> violation)
    {
        if (!holds)
            _found.Add(violation());
    }
}
