namespace Forewave.Client.Tests.Routing;

/// <summary>What a <see cref="FakeNode"/> does with a publish.</summary>
internal enum NodeMode
{
    Store,

    Refuse,

    /// <summary>It takes it and says nothing.</summary>
    Silent,

    /// <summary>It is not master, and refuses every hello.</summary>
    Slave,
}
