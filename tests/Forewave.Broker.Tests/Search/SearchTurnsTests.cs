using Forewave.Broker.Search;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Search;

public sealed class SearchTurnsTests
{
    [Fact]
    public void Scan_beyond_those_that_may_run_is_refused_until_one_ends()
    {
        var turns = new SearchTurns(new MovedTime());
        var scans = Enumerable.Range(0, Limits.Scans).Select(_ => turns.BeginScan()).ToArray();

        var refused = Assert.Throws<RefusedException>(() => turns.BeginScan());
        scans[0].Dispose();
        scans[0].Dispose();
        using var next = turns.BeginScan();

        Assert.Equal(ErrorCode.TooManySearches, refused.Code);
        Assert.Throws<RefusedException>(() => turns.BeginScan());
        Assert.Equal((Limits.Scans, 2L), (turns.Scanning, turns.Refused.Value));
    }

    [Fact]
    public void Search_beyond_those_that_may_run_is_refused_until_one_ends()
    {
        var turns = new SearchTurns(new MovedTime());
        var searches = Enumerable.Range(0, Limits.Searches).Select(_ => turns.Begin()).ToArray();

        var refused = Assert.Throws<RefusedException>(() => turns.Begin());
        searches[^1].Dispose();
        using var next = turns.Begin();

        Assert.Equal(ErrorCode.TooManySearches, refused.Code);
        Assert.Equal(Limits.Searches, turns.Running);
    }
}
