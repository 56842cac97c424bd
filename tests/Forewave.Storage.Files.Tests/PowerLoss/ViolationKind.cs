namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>Which promise was broken.</summary>
internal enum ViolationKind
{
    AnsweredLost,
    DeliveredLost,
    UnitTorn,
    StateDiffers,
    PositionGivenTwice,
    BytesDiffer,
    DamageReported,
    AnswersOutOfOrder,
}
