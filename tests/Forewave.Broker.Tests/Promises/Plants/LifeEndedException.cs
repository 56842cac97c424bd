namespace Forewave.Broker.Tests.Promises.Plants;

/// <summary>The process that used the disk was killed: whatever its code still does has no effect.</summary>
internal sealed class LifeEndedException : Exception
{
    public LifeEndedException()
        : base("the process was killed")
    {
    }
}
