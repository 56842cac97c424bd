namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>A test that runs in <c>./test nightly</c> alone: it takes longer than its suite's share of <c>./test</c> has room for.</summary>
public sealed class NightlyFactAttribute : FactAttribute
{
    public NightlyFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is null)
        {
            Skip = "it runs in ./test nightly cluster";
        }
    }
}
