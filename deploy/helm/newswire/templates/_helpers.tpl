{{- define "newswire.name" -}}
{{- if eq .Release.Name .Chart.Name }}{{ .Chart.Name }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 44 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "newswire.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* What selects the pods of a part: (list context part). */}}
{{- define "newswire.selector" -}}
{{- $context := index . 0 -}}
app.kubernetes.io/name: {{ $context.Chart.Name }}
app.kubernetes.io/instance: {{ $context.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "newswire.labels" -}}
{{- $context := index . 0 -}}
{{ include "newswire.selector" . }}
app.kubernetes.io/version: {{ $context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $context.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $context.Chart.Name $context.Chart.Version }}
{{- end }}

{{/* The name of a part's Secret, "" if it has none: (dict "context" . "part" PART). */}}
{{- define "newswire.secret" -}}
{{ index .context.Values.secrets .part | default .context.Values.existingSecret }}
{{- end }}

{{/* The settings of a part: (dict "context" . "part" PART "own" (dict NAME VALUE …)). */}}
{{- define "newswire.env" -}}
{{- $values := .context.Values -}}
{{- $env := dict
  "NEWSWIRE_KAFKA" $values.kafka
  "NEWSWIRE_PARTITIONS" $values.topics.partitions
  "NEWSWIRE_REPLICATION" $values.topics.replication
  "NEWSWIRE_RETENTION_DAYS" $values.topics.retentionDays -}}
{{- $secret := include "newswire.secret" . -}}
{{- if $secret }}{{ $_ := set $env "NEWSWIRE_SECRETS" "/run/secrets/newswire" }}{{ end -}}
{{- /* A variable would go before the secret's URL, which has user and password. */ -}}
{{- if not (or $values.elasticsearch $secret) }}{{ fail "elasticsearch is empty: name a Secret with newswire_elasticsearch as existingSecret" }}{{ end -}}
{{- if $values.elasticsearch }}{{ $_ := set $env "NEWSWIRE_ELASTICSEARCH" $values.elasticsearch }}{{ end -}}
{{- range $name, $value := merge (dict) .own $values.settings $env }}
- name: {{ $name }}
  value: {{ if kindIs "string" $value }}{{ $value | quote }}{{ else }}{{ $value | toJson | quote }}{{ end }}
{{- end }}
{{- end }}

{{/* What all pods have: (dict "context" . "part" PART). */}}
{{- define "newswire.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .context.Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .context.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .context.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .context.Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "newswire.selector" (list .context .part) | nindent 8 }}
{{- end }}

{{- define "newswire.container" -}}
image: {{ include "newswire.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* The folders that may be written to, and the secrets: (dict "context" . "part" PART). */}}
{{- define "newswire.mounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: var, mountPath: /var/lib/newswire }
{{- if include "newswire.secret" . }}
- { name: secrets, mountPath: /run/secrets/newswire, readOnly: true }
{{- end }}
{{- with .context.Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "newswire.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 256Mi }
{{- if include "newswire.secret" . }}
- name: secrets
  secret: { secretName: {{ include "newswire.secret" . }}, defaultMode: 0440 }
{{- end }}
{{- with .context.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
