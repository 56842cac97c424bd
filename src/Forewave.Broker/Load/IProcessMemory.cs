namespace Forewave.Broker.Load;

/// <summary>The memory of the process. Any thread.</summary>
internal interface IProcessMemory
{
    /// <summary>Bytes that it has, native ones among them.</summary>
    long Used { get; }

    /// <summary>Bytes that it may have: those of its control group, else the machine's.</summary>
    long Available { get; }

    /// <summary>Gives back what is not used; returns what it has then. Takes up to a second where there is much.</summary>
    long Collect();
}
