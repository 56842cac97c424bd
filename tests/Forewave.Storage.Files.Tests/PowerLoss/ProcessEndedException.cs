namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>The process that used the disk was killed: whatever its code still does has no effect.</summary>
internal sealed class ProcessEndedException : Exception
{
    public ProcessEndedException()
        : base("the process was killed")
    {
    }
}
