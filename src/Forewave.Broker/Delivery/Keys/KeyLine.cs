namespace Forewave.Broker.Delivery.Keys;

/// <summary>The unsettled messages of one ordering key: where its line begins and ends.</summary>
internal struct KeyLine
{
    /// <summary>The place at the front: the message that may be out.</summary>
    public int Front;

    /// <summary>The last place.</summary>
    public int Back;
}
