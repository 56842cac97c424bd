namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>Keys of the stream protocol; an answer has the highest bit set.</summary>
internal enum StreamCommand : ushort
{
    DeclarePublisher = 1,
    Publish = 2,
    PublishConfirm = 3,
    PublishError = 4,
    Subscribe = 7,
    Deliver = 8,
    Credit = 9,
    StoreOffset = 10,
    QueryOffset = 11,
    Create = 13,
    PeerProperties = 17,
    SaslHandshake = 18,
    SaslAuthenticate = 19,
    Tune = 20,
    Open = 21,
}
