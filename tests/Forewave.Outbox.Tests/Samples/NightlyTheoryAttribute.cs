namespace Forewave.Outbox.Tests.Samples;

/// <summary>A theory that runs in <c>./test nightly</c> alone: it takes longer than its suite's share of <c>./test</c> has room for.</summary>
public sealed class NightlyTheoryAttribute : TheoryAttribute
{
    public NightlyTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is null)
        {
            Skip = "it runs in ./test nightly samples";
        }
    }
}
