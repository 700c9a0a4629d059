import { useState } from "preact/hooks";
import { ask, type GatewayFailure } from "../../gateway/client";
import { IbashoPlaces } from "../../gateway/documents";
import { t } from "../../i18n/messages";
import { SelectField, TextField } from "../../ui/forms";
import { useAsked } from "../../ui/hooks";
import { Dialog } from "../../ui/parts";
import { Receive } from "./Dialogs";
import { FindParticipant } from "./documents";

interface Place {
  id: string;
  name: string;
}

/** 居場所 asks nobody's name: who makes a request there is found by their token, or by how they are called. For whoever works at a place. */
export function AtIbasho({ onDone }: { onDone: () => void }) {
  const places = useAsked(IbashoPlaces, {}).data?.ibashoPlaces ?? [];
  const [isOpen, setOpen] = useState(false);
  const [found, setFound] = useState<{ id: string; nickname: string } | null>(null);
  if (places.length === 0) return null;
  const close = () => (setOpen(false), setFound(null));
  return (
    <div class="row">
      <button class="btn" type="button" onClick={() => setOpen(true)}>{t("requests.receiveAtIbasho")}</button>
      {isOpen && !found && <Find places={places} onClose={close} onFound={setFound} />}
      {found && <Receive about={{ caseId: null, consultationId: null, participantId: found.id }} called={found.nickname} onClose={close} onDone={() => (close(), onDone())} />}
    </div>
  );
}

function Find({ places, onClose, onFound }: { places: readonly Place[]; onClose: () => void; onFound: (found: { id: string; nickname: string }) => void }) {
  const [placeId, setPlace] = useState(places[0]?.id ?? "");
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const go = async () => {
    if (!typed.trim()) return setProblem(t("requests.soughtMissing"));
    setBusy(true);
    try {
      const { participant } = await ask(FindParticipant, { placeId, called: typed.trim() });
      if (participant) return onFound(participant);
      setProblem(t("requests.notFound"));
    } catch (failure) {
      setProblem((failure as GatewayFailure).sentence ?? t("error.needs_network"));
    }
    setBusy(false);
    document.getElementById("sought")?.focus();
  };
  return (
    <Dialog title={t("requests.receiveAtIbasho")} submit={t("requests.seek")} busy={busy} onSubmit={() => void go()} onClose={onClose}>
      <SelectField id="place" label={t("requests.place")} value={placeId} options={places.map(({ id, name }) => [id, name] as const)} onChange={setPlace} />
      <TextField id="sought" label={t("requests.sought")} help={t("requests.soughtHelp")} value={typed} onInput={(text) => (setTyped(text), setProblem(undefined))} error={problem} required />
    </Dialog>
  );
}
